package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A child process that misbehaves harms its own callers: the others go on, and it is started again. */
class StdioIsolationTest {
    private static final List<String> TOOLS =
            List.of("hang", "die", "halfline", "garbage", "big", "flood", "closestdout", "notreading");

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.BOTH).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .upstream("modern", process("modern"))
                .upstream("legacy", process("legacy"))
                .limits("{reply_bytes: 1048576, result_bytes: 65536, calls_per_minute: 100000}")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[crm__*, modern__*, legacy__*]"))
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    private static String process(String era) {
        List<String> options = Stream.concat(Stream.of(era), TOOLS.stream().map(tool -> "tool=" + tool))
                .toList();
        String command = FakeStdioServer.command(options.toArray(String[]::new)).stream()
                .map(part -> "\"" + part + "\"")
                .collect(Collectors.joining(", "));
        return "{transport: stdio, command: [" + command + "], credential: none, era: " + era
                + ", breaker: off, concurrent_calls: 2, call_timeout_ms: 3000}";
    }

    private static void assertOthersGoOn() {
        TestAgent bystander = gateway.agent("bystander");
        assertThat(bystander.call("crm__echo", "{}").firstText()).isEqualTo("hello");
        assertThat(bystander.list().text()).contains("crm__echo", "modern__echo", "legacy__echo");
    }

    private static boolean works(String alias) {
        WireAnswer answer = gateway.agent().call(alias + "__echo", "{}");
        assertThat(answer.errorCode()).isZero();
        return answer.refusalCode().isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "modern, hang, timeout upstream_timed_out",
        "legacy, hang, timeout upstream_timed_out",
        "modern, die, unreachable upstream_down",
        "legacy, die, unreachable upstream_down",
        "modern, halfline, unreachable upstream_down",
        "legacy, halfline, unreachable upstream_down",
        "modern, closestdout, unreachable upstream_down",
        "legacy, closestdout, unreachable upstream_down",
        "modern, garbage, ok",
        "legacy, garbage, ok",
        "modern, flood, ok",
        "legacy, flood, ok",
    })
    void troubleStaysWhereItIs(String alias, String trouble, String outcome) throws Exception {
        Await.until(alias + " is up", () -> works(alias));
        gateway.skipRecords();
        String tool = alias + "__" + trouble;

        TestAgent agent = gateway.agent();
        FutureTask<WireAnswer> call = new FutureTask<>(() -> agent.call(tool, "{}"));
        Thread.ofVirtual().start(call);
        assertOthersGoOn();

        WireAnswer answer = call.get(60, TimeUnit.SECONDS);
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.refusalCode()).isEqualTo(outcome.equals("ok") ? "" : outcome.split(" ", 2)[1]);
        assertThat(gateway.newSummaries(5))
                .contains("tool.call.intent " + tool, "tool.call.outcome " + outcome + " " + tool);
        Await.until(alias + " works again", () -> works(alias));
    }

    @Test
    void aProcessThatDiesIsWrittenDownAsDownAndKeepsItsTools() {
        gateway.agent().call("modern__die", "{}");

        assertThat(gateway.agent().list().text()).contains("modern__die");
        Await.until(
                "it is up again",
                () -> gateway.admin("/readyz").at("/upstreams/1/health").equals("up"));
        assertThat(gateway.admin("/readyz").status()).isEqualTo(200);
    }
}
