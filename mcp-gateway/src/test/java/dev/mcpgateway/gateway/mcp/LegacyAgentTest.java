package dev.mcpgateway.gateway.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.endtoend.TestAgent;
import dev.mcpgateway.gateway.endtoend.TestGateway;
import dev.mcpgateway.gateway.endtoend.WireAnswer;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents of 2025-11-25 and 2025-06-18: their handshake, their sessions, their errors. */
class LegacyAgentTest {
    private static final int PER_CALLER = 3;
    private static final int IN_ALL = 5;

    @TempDir
    static Path folder;

    private static FakeMcpServer crm;
    private static TestGateway gateway;
    private static int callers;

    private String caller = "";

    @BeforeAll
    static void start() throws Exception {
        crm = FakeMcpServer.start(Speaks.LEGACY)
                .tool("echo", ToolScript.text("hello"))
                .tool("hang", ToolScript.hanging(() -> {}));
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{sessions: " + IN_ALL + ", sessions_per_caller: " + PER_CALLER + ", session_idle_s: 60}")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        crm.close();
    }

    /** Sessions of the test before have ended, and its caller does not come again. */
    @BeforeEach
    void forget() {
        gateway.clock().advance(Duration.ofSeconds(61));
        caller = "caller-" + callers++;
        gateway.skipRecords();
        crm.clearRequests();
    }

    private TestAgent agent() {
        return gateway.agent(caller);
    }

    @ParameterizedTest
    @CsvSource({
        "2025-11-25,2025-11-25",
        "2025-06-18,2025-06-18",
        "2025-03-26,2025-11-25",
        "2024-11-05,2025-11-25",
        "1999-01-01,2025-11-25",
        "2026-07-28,2025-11-25",
        "latest,2025-11-25"
    })
    void theVersionIsAgreedOn(String asked, String agreed) {
        WireAnswer answer = agent().send(agent().post().body(TestAgent.initializeBody(asked)));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.at("/result/protocolVersion")).isEqualTo(agreed);
        assertThat(answer.json().at("/result/capabilities")).hasToString("{\"tools\":{\"listChanged\":true}}");
        assertThat(answer.at("/result/serverInfo/name")).isEqualTo("mcp-gateway");
        assertThat(answer.header("Mcp-Session-Id").orElseThrow()).matches("[A-Za-z0-9_-]{32}");
        List<AuditRecord> records = gateway.newRecords(1);
        // the sessions of the tests before have expired, which is recorded, too
        assertThat(opened(records)).singleElement().satisfies(opened -> {
            assertThat(opened.text("mcp.session")).isNotEmpty();
            assertThat(opened.text("agent.id")).isEqualTo("test");
        });
    }

    private static List<AuditRecord> opened(List<AuditRecord> records) {
        return records.stream()
                .filter(each -> each.text("ev").equals("session.opened"))
                .toList();
    }

    @Test
    void noTwoSessionsHaveOneId() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < PER_CALLER; i++) {
            ids.add(agent().initialize("2025-11-25").session());
        }

        assertThat(ids).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"protocolVersion\":5}", "{\"protocolVersion\":null}"})
    void aHandshakeWithoutAVersionOpensNothing(String params) {
        WireAnswer answer = agent().send(agent().post()
                .body("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":" + params + "}"));

        assertThat(answer.errorCode()).isEqualTo(-32602);
        assertThat(answer.header("Mcp-Session-Id")).isEmpty();
    }

    @Test
    void aStrangerOpensNothing() {
        WireAnswer answer =
                agent().send(agent().post().without("Authorization").body(TestAgent.initializeBody("2025-11-25")));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Mcp-Session-Id")).isEmpty();
    }

    @Test
    void aSessionServesItsCaller() {
        TestAgent agent = agent().initialize("2025-06-18");

        assertThat(agent.send(agent.request("ping", "")).text())
                .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
        assertThat(agent.list().at("/result/tools/0/name")).isEqualTo("crm__echo");
        assertThat(agent.call("crm__echo", "{}").firstText()).isEqualTo("hello");
        assertThat(agent.list().json().path("result").propertyNames())
                .as("what only 2026-07-28 knows")
                .doesNotContain("resultType", "ttlMs", "cacheScope", "_meta");
    }

    @Test
    void aRequestNeedsItsSession() {
        TestAgent agent = agent().initialize("2025-11-25");
        WireRequest call = agent.calling("crm__echo", "{}");

        WireAnswer missing = agent.send(call.without("Mcp-Session-Id"));
        WireAnswer unknown = agent.send(call.with("Mcp-Session-Id", "A".repeat(32)));
        WireAnswer empty = agent.send(call.with("Mcp-Session-Id", ""));
        WireAnswer twice = agent.send(call.plus("Mcp-Session-Id", agent.session()));

        assertThat(missing.status()).isEqualTo(400);
        assertThat(List.of(unknown.status(), empty.status(), twice.status())).containsOnly(404);
        assertThat(crm.requests("tools/call")).isEmpty();
        assertThat(agent.send(call).firstText()).isEqualTo("hello");
    }

    @Test
    void anotherCallersSessionAnswersLikeAnUnknownOne() {
        TestAgent owner = agent().initialize("2025-11-25");
        TestAgent thief = gateway.agent("thief");
        WireRequest theirs = thief.post()
                .plus("MCP-Protocol-Version", "2025-11-25")
                .body("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}");

        WireAnswer stolen = thief.send(theirs.plus("Mcp-Session-Id", owner.session()));
        WireAnswer unknown = thief.send(theirs.plus("Mcp-Session-Id", "A".repeat(32)));

        assertThat(stolen.line()).isEqualTo(unknown.line());
        assertThat(stolen.headers()).isEqualTo(unknown.headers());
        assertThat(stolen.text()).isEqualTo(unknown.text());
        assertThat(stolen.status()).isEqualTo(404);
        assertThat(owner.call("crm__echo", "{}").firstText()).isEqualTo("hello");
    }

    @Test
    void nobodyEndsAnothersSession() {
        TestAgent owner = agent().initialize("2025-11-25");
        TestAgent thief = gateway.agent("thief");

        WireAnswer answer = thief.send(delete(thief, owner.session()));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(owner.call("crm__echo", "{}").firstText()).isEqualTo("hello");
    }

    @Test
    void deleteEndsASession() {
        TestAgent agent = agent().initialize("2025-11-25");
        gateway.newRecords(1);

        WireAnswer ended = agent.send(delete(agent, agent.session()));
        List<String> recorded = gateway.newSummaries(1);
        WireAnswer again = agent.send(delete(agent, agent.session()));
        WireAnswer late = agent.call("crm__echo", "{}");

        assertThat(ended.status()).isEqualTo(204);
        assertThat(ended.body()).isEmpty();
        assertThat(recorded).containsExactly("session.closed deleted");
        assertThat(again.status()).isEqualTo(404);
        assertThat(late.status()).isEqualTo(404);
        assertThat(late.errorCode()).isEqualTo(-31404);
    }

    private static WireRequest delete(TestAgent agent, String session) {
        return agent.post().without("Content-Type").line("DELETE /mcp HTTP/1.1").plus("Mcp-Session-Id", session);
    }

    @Test
    void theEndOfAnIdleSessionIsRecorded(@TempDir Path own) throws Exception {
        try (TestGateway brief = TestGateway.in(own)
                .upstream("crm", crm)
                .limits("{session_idle_s: 60}")
                .start()) {
            TestAgent agent = brief.agent().initialize("2025-11-25");
            brief.newRecords(1);

            brief.clock().advance(Duration.ofSeconds(61));

            assertThat(agent.call("crm__echo", "{}").errorCode()).isEqualTo(-31404);
            assertThat(brief.newSummaries(2)).contains("session.closed expired");
        }
    }

    @Test
    void aWallClockThatIsSetAheadEndsNoSession(@TempDir Path own) throws Exception {
        try (TestGateway brief = TestGateway.in(own)
                .upstream("crm", crm)
                .limits("{session_idle_s: 60}")
                .start()) {
            TestAgent agent = brief.agent().initialize("2025-11-25");

            brief.clock().leap(Duration.ofSeconds(61));

            assertThat(agent.list().status()).isEqualTo(200);
        }
    }

    @Test
    void deleteWithoutASessionEndsNothing() {
        TestAgent agent = agent();

        WireAnswer answer = agent.send(agent.post().without("Content-Type").line("DELETE /mcp HTTP/1.1"));

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aCallerHasSoManySessionsAndNoMore() {
        List<TestAgent> open = new ArrayList<>();
        for (int i = 0; i < PER_CALLER; i++) {
            open.add(agent().initialize("2025-11-25"));
        }

        WireAnswer tooMany = agent().send(agent().post().body(TestAgent.initializeBody("2025-11-25")));
        open.getFirst().send(delete(open.getFirst(), open.getFirst().session()));
        WireAnswer afterwards = agent().send(agent().post().body(TestAgent.initializeBody("2025-11-25")));

        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.errorCode()).isEqualTo(-31429);
        assertThat(tooMany.header("Mcp-Session-Id")).isEmpty();
        assertThat(afterwards.status()).isEqualTo(200);
    }

    @Test
    void allCallersTogetherHaveSoManySessionsAndNoMore() {
        for (int i = 0; i < IN_ALL; i++) {
            gateway.agent(caller + "-" + i).initialize("2025-11-25");
        }

        assertThat(agent().send(agent().post().body(TestAgent.initializeBody("2025-11-25")))
                        .status())
                .isEqualTo(429);
        gateway.clock().advance(Duration.ofSeconds(61));
        assertThat(agent().send(agent().post().body(TestAgent.initializeBody("2025-11-25")))
                        .status())
                .as("idle sessions make room")
                .isEqualTo(200);
    }

    @Test
    void aSessionEndsAfterATimeWithoutUse() {
        TestAgent agent = agent().initialize("2025-11-25");

        for (int i = 0; i < 3; i++) {
            gateway.clock().advance(Duration.ofSeconds(50));
            assertThat(agent.list().status()).as("use keeps it alive").isEqualTo(200);
        }

        // the request before may still be ending when the next one comes, which is a use
        Await.until("the session is over", () -> {
            gateway.clock().advance(Duration.ofSeconds(61));
            return agent.list().status() == 404;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"2025-06-18", "2025-03-26", "nonsense", ""})
    void theVersionHeaderMustBeThatOfTheSession(String version) {
        TestAgent agent = agent().initialize("2025-11-25");

        WireAnswer answer = agent.send(agent.calling("crm__echo", "{}").with("MCP-Protocol-Version", version));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(crm.requests("tools/call")).isEmpty();
    }

    @Test
    void theVersionHeaderMayBeMissing() {
        TestAgent agent = agent().initialize("2025-11-25");

        assertThat(agent.send(agent.calling("crm__echo", "{}").without("MCP-Protocol-Version"))
                        .firstText())
                .isEqualTo("hello");
    }

    @Test
    void newHeadersAreNoneOfItsBusiness() {
        TestAgent agent = agent().initialize("2025-11-25");

        WireAnswer answer = agent.send(
                agent.calling("crm__echo", "{}").plus("Mcp-Method", "x").plus("Mcp-Name", "y"));

        assertThat(answer.firstText()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"tasks/list", "tools/Call", "subscriptions/listen", "server/discover", "elicitation/create"})
    void aMethodThatIsNotServedIsAnOrdinaryError(String method) {
        TestAgent agent = agent().initialize("2025-11-25");

        WireAnswer answer = agent.send(agent.request(method, ""));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.errorCode()).isEqualTo(-32601);
    }

    @Test
    void batchesAndAnswersAreRefused() {
        TestAgent agent = agent().initialize("2025-06-18");
        String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

        WireAnswer batch = agent.send(agent.message("[" + ping + "," + ping + "]", "ping"));
        WireAnswer answered = agent.send(agent.message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", ""));

        assertThat(batch.status()).isEqualTo(400);
        assertThat(batch.errorCode()).isEqualTo(-32600);
        assertThat(answered.status()).isEqualTo(400);
        assertThat(answered.errorCode()).isEqualTo(-32600);
    }

    @Test
    void anAnswerThatNobodyWaitsForIsRefused() {
        TestAgent agent = agent().initialize("2025-11-25");

        for (String message : List.of(
                "\"id\":\"gw-1\",\"result\":{}",
                "\"id\":\"gw-1\",\"error\":{\"code\":-1,\"message\":\"no\"}",
                "\"error\":{\"code\":-1,\"message\":\"no\"}")) {
            WireAnswer answer = agent.send(agent.message("{\"jsonrpc\":\"2.0\"," + message + "}", ""));

            assertThat(answer.status()).as(message).isEqualTo(400);
            assertThat(answer.errorCode()).as(message).isEqualTo(-32600);
        }
    }

    @Test
    void anAnswerNeedsItsSession() {
        TestAgent agent = agent().initialize("2025-11-25");
        TestAgent thief = gateway.agent("thief").initialize("2025-11-25");
        WireRequest answer = thief.message("{\"jsonrpc\":\"2.0\",\"id\":\"gw-1\",\"result\":{}}", "");

        assertThat(thief.send(answer.with("Mcp-Session-Id", agent.session())).status())
                .isEqualTo(404);
        assertThat(thief.send(answer.without("Mcp-Session-Id")).status()).isEqualTo(400);
    }

    @Test
    void whatAnAgentDeclaresIsBounded() {
        String body = TestAgent.initializeBody("2025-11-25");

        WireAnswer answer = agent().send(agent().post()
                .body(body.replace(
                        "\"capabilities\":{}",
                        "\"capabilities\":{\"experimental\":{\"x\":\"" + "x".repeat(5000) + "\"}}")));

        assertThat(answer.errorCode()).isEqualTo(-32602);
        assertThat(answer.header("Mcp-Session-Id")).isEmpty();
    }

    @Test
    void notificationsAreTaken() {
        TestAgent agent = agent().initialize("2025-11-25");

        WireAnswer answer = agent.send(agent.notification("notifications/initialized", ""));

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aCancelledCallEndsAndIsRecordedAsSuch() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        crm.tool("hang", ToolScript.hanging(gone::countDown));
        TestAgent agent = agent().initialize("2025-11-25");
        try (WireClient client = gateway.connect()) {
            client.send(agent.calling("crm__hang", "{}").bytes());
            Await.until(
                    "the call is at the upstream",
                    () -> !crm.requests("tools/call").isEmpty());
            gateway.newRecords(1);

            WireAnswer told = agent.send(
                    agent.notification("notifications/cancelled", "\"requestId\":1,\"reason\":\"changed my mind\""));
            WireAnswer ended = client.read();

            assertThat(told.status()).isEqualTo(202);
            assertThat(ended.status()).isEqualTo(202);
            assertThat(ended.body()).isEmpty();
        }
        Await.until(
                "the upstream is told",
                () -> !crm.requests("notifications/cancelled").isEmpty());
        assertThat(gateway.newSummaries(1)).containsExactly("tool.call.outcome cancelled cancelled crm__hang");
    }

    @Test
    void nobodyCancelsAnotherSessionsCall() throws Exception {
        TestAgent agent = agent().initialize("2025-11-25");
        TestAgent other = agent().initialize("2025-11-25");
        try (WireClient client = gateway.connect()) {
            client.send(agent.calling("crm__hang", "{}").bytes());
            Await.until(
                    "the call is at the upstream",
                    () -> !crm.requests("tools/call").isEmpty());

            other.send(other.notification("notifications/cancelled", "\"requestId\":1"));
            agent.send(agent.notification("notifications/cancelled", "\"requestId\":\"1\""));
            agent.send(agent.notification("notifications/cancelled", "\"requestId\":{}"));
            agent.send(agent.notification("notifications/cancelled", ""));
            assertThat(agent.list().status()).isEqualTo(200);

            assertThat(crm.requests("notifications/cancelled")).isEmpty();
            agent.send(agent.notification("notifications/cancelled", "\"requestId\":1"));
            assertThat(client.read().status()).isEqualTo(202);
        }
    }

    @Test
    void theEndOfASessionEndsItsCalls() throws Exception {
        TestAgent agent = agent().initialize("2025-11-25");
        try (WireClient client = gateway.connect()) {
            client.send(agent.calling("crm__hang", "{}").bytes());
            Await.until(
                    "the call is at the upstream",
                    () -> !crm.requests("tools/call").isEmpty());

            agent.send(delete(agent, agent.session()));

            assertThat(client.read().status()).isEqualTo(202);
        }
        assertThat(gateway.newSummaries(4)).contains("tool.call.outcome cancelled cancelled crm__hang");
    }

    @Test
    void aCallThatWasCancelledLateLeavesTheConnectionInOrder() throws Exception {
        TestAgent agent = agent().initialize("2025-11-25");
        try (WireClient client = gateway.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.exchange(agent.calling("crm__echo", "{}")).firstText())
                        .isEqualTo("hello");
                assertThat(client.exchange(agent.notification("notifications/cancelled", "\"requestId\":1"))
                                .status())
                        .isEqualTo(202);
            }
        }
    }
}
