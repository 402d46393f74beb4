package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeStdioServer;
import dev.mcpgateway.connectors.testing.RawConnection;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What operators configure against upstreams that fail: the breaker, the second attempt, the grace time. */
class UpstreamFailureTest {
    private static final String BREAKER =
            "credential: none, breaker: {failures_percent: 50, window_calls: 4, min_calls: 4, open_ms: 5000}";

    @TempDir
    Path folder;

    private FakeMcpServer files;

    @BeforeEach
    void start() {
        files = FakeMcpServer.start(Speaks.MODERN).tool("read", ToolScript.text("a file"));
    }

    @AfterEach
    void stop() {
        files.close();
    }

    private TestGateway gateway(FakeMcpServer crm, String keys) throws Exception {
        return TestGateway.in(folder)
                .upstream("crm", crm, keys)
                .upstream("files", files)
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[crm__*, files__*]"))
                .start();
    }

    /** The first calls lose their connection, the others are answered. */
    private static ToolScript losing(int first) {
        AtomicInteger calls = new AtomicInteger();
        return turn -> {
            if (calls.incrementAndGet() <= first) {
                turn.connection().reset();
            } else {
                turn.result(ToolScript.textResult("here"));
            }
        };
    }

    // --- the breaker

    @ParameterizedTest
    @EnumSource(names = {"MODERN", "LEGACY"})
    void anUpstreamThatFailsIsLeftAloneAndTriedAgain(Speaks speaks) throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(speaks).tool("get", losing(4));
                TestGateway gateway = gateway(crm, BREAKER)) {
            TestAgent agent = gateway.agent();
            for (int i = 0; i < 4; i++) {
                assertThat(agent.call("crm__get", "{}").refusalCode()).isEqualTo("upstream_down");
            }
            gateway.skipRecords();

            WireAnswer refused = agent.call("crm__get", "{}");

            assertThat(refused.refusalCode()).isEqualTo("upstream_down");
            assertThat(refused.text())
                    .as("agents learn nothing of the breaker")
                    .contains("cannot be reached at the moment")
                    .doesNotContain("last calls", "10000");
            assertThat(crm.requests("tools/call")).as("nothing was sent").hasSize(4);
            assertThat(gateway.newSummaries(2))
                    .containsExactly(
                            "tool.call.intent crm__get", "tool.call.outcome unreachable upstream_down crm__get");
            assertThat(agent.call("files__read", "{}").firstText()).isEqualTo("a file");
            assertThat(agent.list().text()).contains("crm__get", "files__read");
            WireAnswer ready = gateway.admin("/readyz");
            assertThat(ready.status()).as("the others can be used").isEqualTo(200);
            assertThat(ready.at("/upstreams/0/health")).isIn("degraded", "down");
            assertThat(ready.at("/upstreams/0/reason")).contains("4 of its last 4 calls failed");
            assertThat(ready.at("/upstreams/1/health")).isEqualTo("up");
            assertThat(gateway.admin("/metrics").text())
                    .containsPattern(
                            "gateway_upstream_health\\{gateway_state=\"(degraded|down)\",gateway_upstream=\"crm\"} 1")
                    .containsPattern("gateway_upstream_health\\{gateway_state=\"up\",gateway_upstream=\"files\"} 1");

            gateway.clock().advance(Duration.ofSeconds(6));

            assertThat(agent.call("crm__get", "{}").firstText()).isEqualTo("here");
            assertThat(crm.requests("tools/call")).hasSize(5);
            assertThat(gateway.admin("/readyz").at("/upstreams/0/health")).isEqualTo("up");
        }
    }

    @Test
    void errorsOfAToolAreNoOutage() throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN)
                        .tool("bad", ToolScript.result("{\"content\":[],\"isError\":true}"))
                        .tool(
                                "worse",
                                turn -> turn.connection()
                                        .answer(500, "application/json", turn.error(-32603, "Internal error")))
                        .tool("get", ToolScript.text("here"));
                TestGateway gateway = gateway(crm, BREAKER)) {
            for (int i = 0; i < 6; i++) {
                gateway.agent().call("crm__bad", "{}");
                gateway.agent().call("crm__worse", "{}");
            }

            assertThat(gateway.agent().call("crm__get", "{}").firstText()).isEqualTo("here");
        }
    }

    // --- the second attempt

    @ParameterizedTest
    @EnumSource(names = {"MODERN", "LEGACY"})
    void aLostCallIsSentAgainOnlyWhereTheOperatorSaysSo(Speaks speaks) throws Exception {
        try (FakeMcpServer crm =
                        FakeMcpServer.start(speaks).tool("get", losing(1)).tool("put", losing(1));
                TestGateway gateway = gateway(crm, "credential: none, idempotent: [\"g*\"]")) {
            gateway.skipRecords();

            WireAnswer got = gateway.agent().call("crm__get", "{}");
            WireAnswer put = gateway.agent().call("crm__put", "{}");

            assertThat(got.firstText()).isEqualTo("here");
            assertThat(put.refusalCode()).isEqualTo("upstream_down");
            assertThat(put.text()).contains("may have run");
            assertThat(crm.requests("tools/call").stream()
                            .filter(each -> each.text().contains("\"get\"")))
                    .hasSize(2);
            assertThat(crm.requests("tools/call").stream()
                            .filter(each -> each.text().contains("\"put\"")))
                    .hasSize(1);
            assertThat(gateway.newSummaries(4))
                    .containsExactly(
                            "tool.call.intent crm__get",
                            "tool.call.outcome ok crm__get",
                            "tool.call.intent crm__put",
                            "tool.call.outcome unreachable upstream_down crm__put");
        }
    }

    /** How a server dies in the middle of a call. */
    enum Death {
        RESET {
            @Override
            void die(RawConnection connection) throws Exception {
                connection.reset();
            }
        },
        CLOSE {
            @Override
            void die(RawConnection connection) throws Exception {
                connection.close();
            }
        },
        HALF_A_CHUNK {
            @Override
            void die(RawConnection connection) throws Exception {
                connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n100\r\ndata: {");
                connection.reset();
            }
        },
        END_OF_STREAM {
            @Override
            void die(RawConnection connection) throws Exception {
                connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 2\r\n\r\n:\n");
            }
        };

        abstract void die(RawConnection connection) throws Exception;
    }

    @ParameterizedTest
    @CsvSource({
        "MODERN, RESET, lean",
        "MODERN, CLOSE, lean",
        "MODERN, HALF_A_CHUNK, lean",
        "MODERN, END_OF_STREAM, lean",
        "LEGACY, RESET, lean",
        "LEGACY, CLOSE, lean",
        "LEGACY, HALF_A_CHUNK, lean",
        "LEGACY, END_OF_STREAM, lean",
        "MODERN, RESET, standard",
        "MODERN, CLOSE, standard",
        "LEGACY, RESET, standard",
        "LEGACY, HALF_A_CHUNK, standard"
    })
    void aCallThatMayHaveRunIsOneRequest(Speaks speaks, Death death, String client) throws Exception {
        try (FakeMcpServer crm = FakeMcpServer.start(speaks)
                        .tool("put", turn -> death.die(turn.connection()))
                        .tool("warm", ToolScript.text("up"));
                TestGateway gateway = gateway(crm, "credential: none, breaker: off, http_client: " + client)) {
            gateway.agent().call("crm__warm", "{}"); // so that the call meets a connection that was used before
            crm.clearRequests();

            for (int calls = 1; calls <= 3; calls++) {
                assertThat(gateway.agent().call("crm__put", "{}").refusalCode()).isEqualTo("upstream_down");
                assertThat(crm.requests("tools/call")).hasSize(calls);
            }
        }
    }

    @Test
    void aCallThatAProcessDiesOfIsOneRequest() throws Exception {
        Path journal = folder.resolve("journal");
        String command = FakeStdioServer.command("modern", "tool=halfline", "journal=" + journal).stream()
                .map(part -> "\"" + part + "\"")
                .collect(Collectors.joining(", "));
        try (TestGateway gateway = TestGateway.in(folder)
                .upstream(
                        "crm",
                        "{transport: stdio, era: modern, command: [" + command
                                + "], credential: none, idempotent: get_*}")
                .start()) {
            assertThat(gateway.agent().call("crm__halfline", "{}").refusalCode())
                    .isEqualTo("upstream_down");
            Await.until(
                    "it is started again",
                    () -> gateway.admin("/readyz").at("/upstreams/0/health").equals("up"));

            assertThat(Files.readAllLines(journal).stream().filter(line -> line.contains("\"halfline\"")))
                    .hasSize(1);
        }
    }

    // --- the grace time

    @Test
    void whatAnUpstreamOfferedStaysForTheGraceTimeAndComesBackWithIt() throws Exception {
        FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("get", ToolScript.text("here"));
        try (crm;
                TestGateway gateway = TestGateway.in(folder)
                        .upstream("crm", crm)
                        .upstream("files", files)
                        .limits("{catalogue_grace_s: 3600, refresh_interval_s: 1}")
                        .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[crm__*, files__*]"))
                        .start()) {
            crm.method("tools/list", ToolScript.status(500, "text/plain", "no"));
            Await.until(
                    "it is known to be down",
                    () -> gateway.admin("/readyz").at("/upstreams/0/health").equals("down"));
            assertThat(gateway.agent().list().text()).contains("crm__get", "files__read");
            assertThat(gateway.agent().call("crm__get", "{}").firstText())
                    .as("its tools are tried")
                    .isEqualTo("here");
            assertThat(gateway.notReady()).isEmpty();

            Await.until("its tools are gone", () -> {
                gateway.clock().advance(Duration.ofMinutes(20));
                return !gateway.agent().list().text().contains("crm__get");
            });

            assertThat(gateway.agent().list().text()).contains("files__read");
            assertThat(gateway.agent().call("crm__get", "{}").errorCode()).isEqualTo(-32602);
            assertThat(gateway.notReady())
                    .as("one upstream makes nothing unready")
                    .isEmpty();
        }
    }
}
