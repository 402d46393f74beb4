package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line talks to a running gateway. */
class KillCommandTest {
    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;

    private record Ran(int code, String out, String err) {}

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        gateway = TestGateway.in(folder).operator().upstream("crm", crm).start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    private static Ran kill(String... arguments) {
        return run(Stream.concat(
                        Stream.of(arguments),
                        Stream.of(
                                "--admin",
                                gateway.gateway().adminUrl(),
                                "--token-file",
                                folder.resolve("ops.token").toString()))
                .toArray(String[]::new));
    }

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                Stream.concat(Stream.of("kill"), Arrays.stream(arguments)).toArray(String[]::new),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aStopIsSetShownAndRemoved() {
        Ran added = kill("add", "subject", "alice", "--issuer", "corp", "--reason", "incident 12", "--expires", "24h");
        assertThat(added.code()).as(added.err()).isZero();
        assertThat(added.out()).startsWith("k-").contains("subject of corp  alice", " until ", " by ops: incident 12");
        assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(401);
        Ran listed = kill("list");
        assertThat(listed.code()).isZero();
        assertThat(listed.out()).isEqualTo(added.out());

        Ran removed = kill("remove", added.out().split(" ", 2)[0], "--reason", "repaired");

        assertThat(removed.code()).as(removed.err()).isZero();
        assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);
        assertThat(kill("list").out()).isEmpty();
    }

    @Test
    void whatTheGatewayRefusesIsSaid() {
        Ran unknown = kill("add", "subject", "alice", "--issuer", "elsewhere", "--reason", "r");
        assertThat(unknown.code()).isEqualTo(ExitCode.FAILED);
        assertThat(unknown.err()).contains("400", "no issuer has that alias; there are corp");
        assertThat(kill("remove", "k-0", "--reason", "r").err()).contains("no stop has that id");
        assertThat(kill("add", "user", "alice", "--reason", "r", "--expires", "soon")
                        .code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(kill("add", "user", "alice").code()).as("without a reason").isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aTokenThatIsOpenToOthersOrWouldTravelInClearIsNotSent() throws Exception {
        Path open = Files.writeString(folder.resolve("open.token"), "operators-secret\n");
        open.toFile().setReadable(true, false);

        assertThat(run("list", "--admin", gateway.gateway().adminUrl(), "--token-file", open.toString())
                        .err())
                .contains("open to everyone")
                .doesNotContain("operators-secret");
        assertThat(run(
                                "list",
                                "--admin",
                                "http://gw.example:8081",
                                "--token-file",
                                folder.resolve("ops.token").toString())
                        .err())
                .contains("in clear");
    }

    @Test
    void aGatewayThatIsNotThereIsSaid() {
        Ran gone = run(
                "list",
                "--admin",
                "http://127.0.0.1:1",
                "--token-file",
                folder.resolve("ops.token").toString());

        assertThat(gone.code()).isEqualTo(ExitCode.FAILED);
        assertThat(gone.err()).contains("does not answer");
    }
}
