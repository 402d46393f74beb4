package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.connectors.wire.Envelope;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the README shows is compiled and runs. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Path MAIN = Path.of("src/main/java/dev/mcpgateway/connectors");
    private static final Path THIS = Path.of("src/test/java/dev/mcpgateway/connectors/mcp/ReadmeTest.java");

    @ParameterizedTest
    @EnumSource
    void theExampleCallsATool(Speaks era) throws UpstreamFault {
        try (FakeMcpServer server = FakeMcpServer.start(era)) {
            server.tool("echo", turn -> turn.result(ToolScript.textResult("hello")));

            assertThat(example(server.url(), Bench.call("echo"))).isEqualTo("1 tools, RESULT");
            assertThat(server.requests("tools/call")).hasSize(1);
        }
    }

    private static String example(URI url, UpstreamCall call) throws UpstreamFault {
        // @start region="example"
        TimeSource time = new TimeSource(InstantSource.system(), System::nanoTime);
        try (DeadlineSweeper sweeper = new DeadlineSweeper(time)) {
            Surroundings surroundings =
                    new Surroundings(sweeper, new Random(), new ClientIdentity("my-gateway", "1.0"));
            HttpUpstreamSettings settings = HttpUpstreamSettings.of(
                    "crm", url, EraSetting.AUTO, new UpstreamCredential.None(), HttpSettings.Client.LEAN);
            try (McpUpstream crm = new HttpUpstream(settings, surroundings)) {
                List<Definition> tools = crm.offer().list(FeatureList.TOOLS);
                return switch (crm.call(call, notification -> {})) {
                    case UpstreamReply.Answered(Envelope message) -> tools.size() + " tools, " + message.shape();
                    case UpstreamReply.Unreachable(String why, boolean mayHaveRun) ->
                        why + (mayHaveRun ? ", or not" : "");
                    case UpstreamReply other -> other.toString();
                };
            }
        }
        // @end
    }

    @Test
    void theReadmeShowsThisExample() throws IOException {
        assertThat(block(README, "```java\n", "```")).isEqualTo(block(THIS, "region=\"example\"\n", "        // @end"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mcp/UpstreamReply",
                "mcp/HttpUpstream",
                "mcp/SessionPool",
                "net/OutboundGuard",
                "wire/UpstreamMessage"
            })
    void everyClassTheReadmeNamesExists(String path) throws IOException {
        assertThat(text(README)).contains("`" + path.substring(path.indexOf('/') + 1) + "`");
        assertThat(MAIN.resolve(path + ".java")).exists();
    }

    @Test
    void theReadmeSaysWhatEachReplyMeans() throws IOException {
        String readme = text(README);

        assertThat(Stream.of(UpstreamReply.class.getPermittedSubclasses()).map(Class::getSimpleName))
                .hasSize(9)
                .allSatisfy(reply -> assertThat(readme).contains("| `" + reply + "`"));
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static List<String> block(Path file, String start, String end) throws IOException {
        String text = text(file);
        int from = text.indexOf(start) + start.length();
        String block = text.substring(from, text.indexOf(end, from));
        return block.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
