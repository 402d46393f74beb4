package dev.mcpgateway.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.Main;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the process of a gateway ends, as whoever stopped it is told. */
@Timeout(240)
class ServeEndTest {
    @TempDir
    Path folder;

    /** What is done while it serves. */
    @FunctionalInterface
    private interface Meanwhile {
        void happens(Path auditDirectory) throws IOException;
    }

    private record Ended(int code, String log) {}

    /** Serves, and is told to stop as a service is. */
    private Ended stopped(Meanwhile meanwhile) throws Exception {
        Path log = folder.resolve("log");
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"))) {
            Process gateway = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            // as it is shipped: what tests have beside it is silent
                            "-Dlogback.configurationFile=logback.xml",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Main.class.getName(),
                            "serve",
                            "--config",
                            TestGateway.in(folder).upstream("crm", crm).write().toString())
                    .redirectError(log.toFile())
                    .start();
            try (BufferedReader said = gateway.inputReader(StandardCharsets.UTF_8)) {
                assertThat(said.readLine()).contains(" serves ");
                meanwhile.happens(Path.of(said.readLine().substring("AUDIT_DIR=".length())));

                gateway.destroy();

                assertThat(gateway.waitFor(120, TimeUnit.SECONDS)).isTrue();
                return new Ended(gateway.exitValue(), Files.readString(log));
            } finally {
                gateway.destroyForcibly();
            }
        }
    }

    @Test
    void toBeStoppedAsAskedIsNoFailure() throws Exception {
        Ended ended = stopped(_ -> {});

        assertThat(ended.code()).as(ended.log()).isEqualTo(ExitCode.OK);
        assertThat(ended.log()).contains("\"stopped\"").doesNotContain("\"ERROR\"");
    }

    @Test
    void anEndThatTheAuditLogDoesNotHaveIsAFailure() throws Exception {
        // as a second writer would leave it
        Ended ended = stopped(directory -> Files.delete(directory.resolve("LOCK")));

        assertThat(ended.code()).as(ended.log()).isEqualTo(ExitCode.FAILED);
        assertThat(ended.log()).contains("not ended in an orderly way").doesNotContain("\"stopped\"");
    }
}
