package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.state.StateDamaged;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** An operator stops a caller or a tool: at once for what comes, in order for what is under way, and on record. */
class StopTest {
    private static final String ALICE =
            "{\"kind\":\"subject\",\"issuer\":\"corp\",\"value\":\"alice\",\"reason\":\"incident 12\"}";

    @TempDir
    Path folder;

    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private FakeMcpServer crm;
    private FakeMcpServer old;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        crm = FakeMcpServer.start(Speaks.MODERN)
                .tool("echo", ToolScript.text("hello"))
                .tool("other", ToolScript.text("other"))
                .tool("slow", turn -> {
                    running.countDown();
                    go.await();
                    turn.result(ToolScript.textResult("done"));
                });
        old = FakeMcpServer.start(Speaks.LEGACY).tool("ask", turn -> {
            turn.openEvents();
            var _ = turn.ask(
                    "elicitation/create",
                    "{\"mode\":\"form\",\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}");
            turn.event(turn.response(ToolScript.textResult("asked")));
            turn.endEvents();
        });
        open();
    }

    private void open() throws Exception {
        gateway = TestGateway.in(folder)
                .operator()
                .upstream("crm", crm)
                .upstream("old", old, "credential: none, relay: [elicitation]")
                .policy(TestGateway.ALLOW_CRM.replace("[crm__*]", "[\"*\"]"))
                .start();
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        go.countDown();
        gateway.close();
        crm.close();
        old.close();
    }

    private String set(String order) {
        WireAnswer answer = gateway.operate("POST", "/kill", order);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().at("/saved").booleanValue()).isTrue();
        assertThat(answer.json().at("/recorded").booleanValue()).isTrue();
        return answer.at("/kill/id");
    }

    private void remove(String id) {
        WireAnswer answer = gateway.operate("DELETE", "/kill", "{\"id\":\"" + id + "\",\"reason\":\"repaired\"}");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    @Test
    void aStoppedUserIsRefusedWithTheNextCallAndGoesOnAfterwards() {
        TestAgent alice = gateway.agent();
        assertThat(alice.call("crm__echo", "{}").status()).isEqualTo(200);
        gateway.skipRecords();
        crm.clearRequests();

        String id = set(ALICE);
        WireAnswer refused = alice.call("crm__echo", "{}");

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("WWW-Authenticate").orElse("")).contains("error=\"invalid_token\"");
        assertThat(refused.text()).doesNotContain("incident", id, "stop");
        assertThat(alice.list().status()).isEqualTo(401);
        assertThat(crm.requests()).isEmpty();
        assertThat(gateway.agent("bob").call("crm__echo", "{}").status()).isEqualTo(200);
        remove(id);
        assertThat(alice.call("crm__echo", "{}").status()).isEqualTo(200);
        List<AuditRecord> records = gateway.newRecords(8);
        assertThat(records.stream().map(TestGateway::summary).toList())
                .startsWith(
                        "kill.set incident 12",
                        "mcp.request.denied IDENTIFY stopped",
                        "mcp.request.denied IDENTIFY stopped")
                .contains("kill.removed repaired");
        AuditRecord setting = records.getFirst();
        assertThat(setting.text("detail.administrator")).isEqualTo("ops");
        assertThat(setting.text("detail.kill")).isEqualTo(id);
        assertThat(setting.text("detail.kind")).isEqualTo("subject");
        assertThat(setting.text("detail.whom.sub_p"))
                .as("joins the refusal to the stop, and names nobody")
                .hasSize(64)
                .isEqualTo(records.get(1).text("actor.sub_p"));
        assertThat(setting.json().toString()).doesNotContain("alice");
    }

    @ParameterizedTest
    @CsvSource({
        "user,        , alice",
        "client,      , agent-app",
        "client,  corp, agent-app",
        "key,     corp, KID",
        "token,   corp, JTI"
    })
    void everyKindOfTargetIsRefused(String kind, String issuer, String value) {
        TestAgent alice = gateway.agent(claims -> claims.put("jti", "the-token"));
        String named = value.replace("KID", keyId(alice.token()))
                .replace("JTI", "the-token")
                .replace("agent-app", client(alice.token()));

        set("{\"kind\":\"" + kind + "\"," + (issuer == null ? "" : "\"issuer\":\"" + issuer + "\",") + "\"value\":\""
                + named + "\",\"reason\":\"incident\"}");

        assertThat(alice.call("crm__echo", "{}").status()).isEqualTo(401);
        boolean onlyHers = kind.equals("user") || kind.equals("token");
        assertThat(gateway.agent(claims -> {
                            claims.put("sub", "bob");
                            claims.put("jti", "another");
                        })
                        .call("crm__echo", "{}")
                        .status())
                .isEqualTo(onlyHers ? 200 : 401);
    }

    private static String keyId(String token) {
        return part(token, 0, "kid");
    }

    private static String client(String token) {
        return part(token, 1, "client_id");
    }

    private static String part(String token, int part, String member) {
        byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[part]);
        return JsonMapper.shared().readTree(json).get(member).asString();
    }

    @Test
    void aStoppedToolIsUnknownAndNotListedAndItsListenersHearOfIt() {
        TestAgent alice = gateway.agent();
        try (AgentStream stream = alice.heard("{\"toolsListChanged\":true}")) {
            WireAnswer unknown = alice.call("crm__nosuch", "{}");

            String id = set("{\"kind\":\"tool\",\"value\":\"crm__echo\",\"reason\":\"incident\"}");
            WireAnswer stopped = alice.call("crm__echo", "{}");

            assertThat(stopped.status()).isEqualTo(unknown.status());
            assertThat(stopped.text()).isEqualTo(unknown.text());
            assertThat(alice.list().text()).doesNotContain("crm__echo").contains("crm__other");
            assertThat(stream.method()).isEqualTo("notifications/tools/list_changed");
            assertThat(alice.call("crm__other", "{}").at("/result/content/0/text"))
                    .isEqualTo("other");
            remove(id);
            assertThat(stream.method()).isEqualTo("notifications/tools/list_changed");
            assertThat(alice.call("crm__echo", "{}").at("/result/content/0/text"))
                    .isEqualTo("hello");
        }
        assertThat(gateway.newSummaries(6)).contains("tool.call.denied LOCATE tool_stopped crm__echo");
    }

    @Test
    void aStopOfAToolThatEndsByItselfIsAnnouncedToo() {
        try (AgentStream stream = gateway.agent().heard("{\"toolsListChanged\":true}")) {
            set("{\"kind\":\"tool\",\"value\":\"crm__*\",\"reason\":\"incident\",\"expires_s\":60}");
            assertThat(stream.method()).isEqualTo("notifications/tools/list_changed");
            assertThat(gateway.agent().list().text()).doesNotContain("crm__").contains("old__ask");

            gateway.clock().advance(Duration.ofSeconds(61));

            assertThat(stream.method()).isEqualTo("notifications/tools/list_changed");
            assertThat(gateway.agent().list().text()).contains("crm__echo");
            assertThat(gateway.operate("GET", "/kill", "").text()).isEqualTo("{\"kills\":[]}\n");
        }
    }

    @Test
    void aReloadedPolicyDoesNotBringAStoppedToolBack() throws Exception {
        set("{\"kind\":\"tool\",\"value\":\"crm__echo\",\"reason\":\"incident\"}");
        String before = gateway.operate("GET", "/version", "").at("/policy");

        gateway.rewritePolicy(TestGateway.ALLOW_CRM);

        Await.until(
                "the new policy is in force",
                () -> !gateway.operate("GET", "/version", "").at("/policy").equals(before));
        assertThat(gateway.agent().list().text()).doesNotContain("crm__echo").contains("crm__other");
        assertThat(gateway.agent().call("crm__echo", "{}").errorCode()).isEqualTo(-32602);
    }

    @Test
    void anAnonymousCallerAndAnApplicationsPromptsAndResourcesAreStoppedToo() throws Exception {
        gateway.close();
        crm.prompt("ask", ToolScript.text("p")).resource("test://a", ToolScript.text("r"));
        gateway = TestGateway.in(folder)
                .operator()
                .without("issuers")
                .section("anonymous", "{}")
                .upstream("crm", crm)
                .policy("""
                        version: 1
                        rules:
                          - {id: all, effect: permit, principals: {issuer: anonymous}, ack_broad: true,
                             actions: [tools/call, prompts/get, resources/read], resources: ["*"]}
                        """)
                .start();
        TestAgent agent = gateway.agent();
        assertThat(agent.send(agent.reading("test://a", "")).status()).isEqualTo(200);
        assertThat(agent.send(agent.request("prompts/list", "")).text()).contains("crm__ask");

        String id = set("{\"kind\":\"tool\",\"value\":\"crm__*\",\"reason\":\"incident\"}");

        assertThat(agent.send(agent.reading("test://a", "")).errorCode()).isEqualTo(-32602);
        assertThat(agent.send(agent.getting("crm__ask", "")).errorCode()).isEqualTo(-32602);
        assertThat(agent.send(agent.request("prompts/list", "")).text()).doesNotContain("crm__ask");
        assertThat(agent.send(agent.request("resources/list", "")).text()).doesNotContain("test://a");
        remove(id);
        set("{\"kind\":\"user\",\"value\":\"anonymous\",\"reason\":\"incident\"}");
        assertThat(agent.list().status()).isEqualTo(401);
    }

    @Test
    void whatIsUnderWayFinishes() throws Exception {
        TestAgent legacy = gateway.agent().initialize("2025-11-25");
        FutureTask<WireAnswer> call = new FutureTask<>(() -> legacy.call("crm__slow", "{}"));
        Thread.ofVirtual().start(call);
        running.await();

        set(ALICE);
        go.countDown();

        assertThat(call.get().at("/result/content/0/text")).isEqualTo("done");
        assertThat(legacy.call("crm__echo", "{}").status()).isEqualTo(401);
    }

    @Test
    void streamsOfAStoppedCallerEndAndThoseOfOthersDoNot() {
        TestAgent alice = gateway.agent();
        TestAgent legacy = gateway.agent().initialize("2025-11-25");
        try (AgentStream modern = alice.heard("{\"toolsListChanged\":true}");
                AgentStream session = legacy.get();
                AgentStream bobs = gateway.agent("bob").heard("{\"toolsListChanged\":true}")) {
            Await.until("three streams", () -> opened() == 3);

            String id = set(ALICE);

            modern.rest();
            session.rest();
            Await.until("both ends are recorded", () -> ended().equals(List.of("revoked", "revoked")));
            assertThat(gateway.records())
                    .anyMatch(each -> each.text("ev").equals("session.closed")
                            && each.text("detail.reason").equals("revoked"));
            set("{\"kind\":\"tool\",\"value\":\"crm__echo\",\"reason\":\"to tell bob something\"}");
            assertThat(bobs.method()).isEqualTo("notifications/tools/list_changed");
            remove(id);
            assertThat(legacy.list().status())
                    .as("the session is over for good")
                    .isEqualTo(404);
        }
    }

    private long opened() {
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals("stream.opened"))
                .count();
    }

    private List<String> ended() {
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals("stream.closed"))
                .map(each -> each.text("detail.reason"))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ALICE,
                "{\"kind\":\"tool\",\"value\":\"old__ask\",\"reason\":\"r\"}",
                "{\"kind\":\"tool\",\"value\":\"old__*\",\"reason\":\"r\"}"
            })
    void aCallThatIsHeldForAnAnswerIsDropped(String order) {
        TestAgent alice = gateway.agent().declaring("{\"elicitation\":{\"form\":{}}}");
        assertThat(alice.call("old__ask", "{}").at("/result/resultType")).isEqualTo("input_required");
        assertThat(metric("gateway_calls_held")).isEqualTo("1");

        set(order);

        Await.until("nothing is held", () -> metric("gateway_calls_held").equals("0"));
    }

    private String metric(String name) {
        return gateway.operate("GET", "/metrics", "")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1).replaceAll("\\.0$", ""))
                .findFirst()
                .orElse("");
    }

    @Test
    void aStopOutlivesARestart() throws Exception {
        String id = set(ALICE);
        set("{\"kind\":\"tool\",\"value\":\"crm__echo\",\"reason\":\"incident\"}");
        gateway.close();
        open();

        assertThat(gateway.operate("GET", "/kill", "").at("/kills/0/id")).isEqualTo(id);
        assertThat(gateway.agent("bob").list().text())
                .doesNotContain("crm__echo")
                .contains("crm__other");
    }

    @Test
    void aDamagedFileKeepsTheGatewayFromStarting() throws Exception {
        set(ALICE);
        gateway.close();
        Path file = folder.resolve("state/kills.json");
        Files.writeString(file, Files.readString(file).replace("alice", "alicf"));

        assertThatThrownBy(this::open)
                .isInstanceOf(StateDamaged.class)
                .hasMessageContainingAll("kills.json", "Restore it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"kind\":\"subject\",\"issuer\":\"corp\",\"value\":\"alice\"}",
                "{\"kind\":\"subject\",\"issuer\":\"corp\",\"value\":\"alice\",\"reason\":\" \"}",
                "{\"kind\":\"subject\",\"issuer\":\"other\",\"value\":\"alice\",\"reason\":\"r\"}",
                "{\"kind\":\"subject\",\"value\":\"alice\",\"reason\":\"r\"}",
                "{\"kind\":\"tool\",\"value\":\"crn__echo\",\"reason\":\"r\"}",
                "{\"kind\":\"tool\",\"value\":\"*\",\"reason\":\"r\"}",
                "{\"kind\":\"all\",\"value\":\"x\",\"reason\":\"r\"}",
                "{\"kind\":\"user\",\"value\":\"alice\",\"reason\":\"r\",\"expires_s\":0}",
                "{\"kind\":\"user\",\"value\":\"alice\",\"reason\":\"r\",\"expires_s\":\"60\"}",
                "{\"kind\":\"user\",\"value\":\"alice\",\"reason\":\"r\",\"expires_s\":99999999999}",
                "{\"kind\":\"user\",\"value\":\"alice\",\"reason\":\"r\",\"until\":\"tomorrow\"}",
                "{\"kind\":\"user\",\"value\":\"alice\",\"reason\":\"r\",\"kind\":\"user\"}"
            })
    void anOrderThatSaysNothingClearStopsNobody(String order) {
        WireAnswer answer = gateway.operate("POST", "/kill", order);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(gateway.operate("GET", "/kill", "").text()).isEqualTo("{\"kills\":[]}\n");
    }

    @Test
    void onlyAKnownOperatorStopsAnybody() throws Exception {
        WireRequest order = WireRequest.of("POST", "/kill")
                .plus("Host", "127.0.0.1:" + gateway.adminPort())
                .plus("Content-Type", "application/json")
                .body(ALICE);

        assertThat(gateway.admin(order).status()).isEqualTo(401);
        assertThat(gateway.admin(order.plus("Authorization", "Bearer wrong")).status())
                .isEqualTo(401);
        assertThat(gateway.admin(order.plus("Authorization", "Bearer " + gateway.token()))
                        .status())
                .isEqualTo(401);
        assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);

        for (String admin : List.of(
                "{host: 127.0.0.1, port: 0, tokens: [{name: ops, secret: {file: ops.token}, roles: [viewer]}]}",
                "{host: 127.0.0.1, port: 0}")) {
            gateway.close();
            gateway = TestGateway.in(folder)
                    .operator()
                    .section("admin", admin)
                    .upstream("crm", crm)
                    .start();
            assertThat(gateway.operate("POST", "/kill", ALICE).status()).isEqualTo(403);
            assertThat(gateway.operate("GET", "/kill", "").status()).isEqualTo(403);
            assertThat(gateway.operate("DELETE", "/kill", "{}").status()).isEqualTo(403);
            assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(200);
        }
    }

    @Test
    void aStopDoesNotWaitForTheAuditLogAndItsEndDoes() throws Exception {
        String id = set("{\"kind\":\"user\",\"value\":\"bob\",\"reason\":\"incident\"}");
        gateway.breakAuditLog();

        WireAnswer stopped = gateway.operate("POST", "/kill", ALICE);
        assertThat(stopped.status()).isEqualTo(200);
        assertThat(stopped.json().at("/recorded").booleanValue()).isFalse();
        assertThat(gateway.operate("DELETE", "/kill", "{\"id\":\"" + id + "\",\"reason\":\"r\"}")
                        .status())
                .isEqualTo(503);
        assertThat(gateway.operate("GET", "/kill", "").json().at("/kills").size())
                .isEqualTo(2);
    }
}
