package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code resources/subscribe} of legacy agents: who may, what comes, and what ends it. */
class SubscriptionTest {
    private static final String A = "docs://a";
    private static final String B = "docs://b";
    private static final String SECRET = "docs://secret";
    private static final String SCOPED = "docs://scoped";
    private static final String POLICY = """
            version: 1
            rules:
              - id: docs
                effect: permit
                principals: {issuer: corp, groups: [readers]}
                actions: [resources/read]
                resources: ["crm__docs://?", "crm__docs://many/*"]
              - id: scoped
                effect: permit
                principals: {issuer: corp}
                actions: [resources/read]
                resources: ["crm__docs://scoped"]
                requires_scope: [docs.all]
            """;

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private void start(Speaks speaks, String limits) throws Exception {
        crm = FakeMcpServer.start(speaks)
                .tool("echo", ToolScript.text("hello"))
                .resource(A, ToolScript.text(""))
                .resource(B, ToolScript.text(""))
                .resource(SECRET, ToolScript.text(""))
                .resource(SCOPED, ToolScript.text(""))
                .declare("\"tools\":{},\"resources\":{\"subscribe\":true}");
        for (int i = 0; i < 70; i++) {
            crm.resource("docs://many/" + i, ToolScript.text(""));
        }
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits(limits)
                .policy(POLICY)
                .start();
    }

    private TestAgent session() {
        return gateway.agent().initialize("2025-11-25");
    }

    private List<AuditRecord> records(String event) {
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals(event))
                .toList();
    }

    private void awaitNothingIsWatched() {
        Await.until("nothing is watched", () -> crm.subscribed().isEmpty());
    }

    private static String updated(String uri) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"" + uri
                + "\"}}";
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void changesReachExactlyWhoSubscribed(Speaks speaks) throws Exception {
        start(speaks, "{}");
        TestAgent alice = session();
        TestAgent other = session();
        TestAgent bob = gateway.agent("bob").initialize("2025-06-18");
        try (AgentStream toAlice = alice.get();
                AgentStream toOther = other.get();
                AgentStream toBob = bob.get()) {
            assertThat(alice.subscribe(A).text()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
            assertThat(other.subscribe(B).status()).isEqualTo(200);
            assertThat(bob.subscribe(A).status()).isEqualTo(200);
            Await.until("all are watched", () -> crm.subscribed().containsAll(List.of(A, B)));

            crm.announceUpdated(A);
            assertThat(toAlice.text()).isEqualTo(updated(A));
            assertThat(toBob.text()).isEqualTo(updated(A));
            crm.announceUpdated(B);

            assertThat(toOther.text()).as("the first that comes here").isEqualTo(updated(B));
            crm.announceUpdated(A);
            assertThat(toAlice.text()).isEqualTo(updated(A));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void whoUnsubscribesHearsNoMore(Speaks speaks) throws Exception {
        start(speaks, "{}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get()) {
            alice.subscribe(A);
            alice.subscribe(B);

            assertThat(alice.unsubscribe(A).text()).isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");

            Await.until("only the other is watched", () -> crm.subscribed().equals(java.util.Set.of(B)));
            crm.announceUpdated(B);
            stream.until(B);
            crm.announceUpdated(A);
            crm.announceUpdated(B);
            assertThat(stream.text()).isEqualTo(updated(B));
            alice.unsubscribe(B);
            awaitNothingIsWatched();
            assertThat(alice.unsubscribe(B).status()).as("twice is once").isEqualTo(200);
            assertThat(alice.unsubscribe(SECRET).text())
                    .as("nothing is learnt by it")
                    .isEqualTo(alice.unsubscribe("docs://none").text());
        }
    }

    @Test
    void aHiddenResourceLooksLikeAnUnknownOne() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();
        gateway.skipRecords();

        WireAnswer hidden = alice.subscribe(SECRET);
        WireAnswer unknown = alice.subscribe("docs://Secret");
        WireAnswer read = alice.send(alice.about("resources/read", SECRET));

        assertThat(hidden.status()).isEqualTo(unknown.status()).isEqualTo(read.status());
        assertThat(hidden.text()).isEqualTo(unknown.text().replace("docs://Secret", SECRET));
        assertThat(hidden.text()).as("as it reads").isEqualTo(read.text());
        assertThat(hidden.errorCode()).isEqualTo(-32002);
        assertThat(hidden.at("/error/data/uri")).isEqualTo(SECRET);
        assertThat(gateway.newRecords(3))
                .extracting(each -> each.text("detail.reason"))
                .as("the log knows better")
                .contains("resource_hidden", "unknown_resource");
        assertThat(crm.requests("resources/subscribe")).isEmpty();
    }

    @Test
    void aScopeThatIsLackingIsAskedFor() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();

        WireAnswer answer = alice.subscribe(SCOPED);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("WWW-Authenticate").orElse("")).contains("insufficient_scope", "docs.all");
        TestAgent more = alice.with(gateway.token(claims -> claims.put("scope", "docs.all")));
        assertThat(more.subscribe(SCOPED).status()).isEqualTo(200);
    }

    @Test
    void oneWatchServesAllSessionsOfACaller() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent first = session();
        TestAgent second = session();
        first.subscribe(A);
        second.subscribe(A);
        second.subscribe(A);
        assertThat(crm.requests("resources/subscribe")).hasSize(1);

        first.send(first.deleting());
        try (AgentStream stream = second.get()) {
            crm.announceUpdated(A);
            assertThat(stream.text()).isEqualTo(updated(A));
        }
        gateway.agent("bob").initialize("2025-11-25").subscribe(A);
        assertThat(crm.requests("resources/subscribe"))
                .as("bob's is not alice's")
                .hasSize(2);
    }

    @Test
    void aChangeWaitsForTheStream() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();
        TestAgent witness = session();
        alice.subscribe(A);
        witness.subscribe(A);
        try (AgentStream seen = witness.get()) {
            for (int i = 0; i < 3; i++) {
                crm.announceUpdated(A);
                assertThat(seen.text()).isEqualTo(updated(A));
            }
        }

        try (AgentStream stream = alice.get()) {
            assertThat(stream.text()).isEqualTo(updated(A));
            alice.send(alice.deleting());
            assertThat(stream.rest()).as("three changes are one").isEmpty();
        }
    }

    @Test
    void subscriptionsEndWithTheirSession() throws Exception {
        start(Speaks.LEGACY, "{session_idle_s: 60}");
        TestAgent deleted = session();
        deleted.subscribe(A);
        TestAgent forgotten = session();
        forgotten.subscribe(B);
        deleted.send(deleted.deleting());
        Await.until("only the other's is watched", () -> crm.subscribed().equals(java.util.Set.of(B)));

        gateway.clock().advance(Duration.ofSeconds(61));

        awaitNothingIsWatched();
        assertThat(deleted.subscribe(A).status()).isEqualTo(404);
    }

    @Test
    void subscriptionsOfASessionAreCounted() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();
        for (int i = 0; i < 64; i++) {
            assertThat(alice.subscribe("docs://many/" + i).errorCode()).isZero();
        }

        WireAnswer answer = alice.subscribe("docs://many/64");

        assertThat(answer.errorCode()).isEqualTo(-31429);
        assertThat(alice.subscribe("docs://many/0").errorCode())
                .as("it has that one")
                .isZero();
        alice.unsubscribe("docs://many/0");
        assertThat(alice.subscribe("docs://many/64").errorCode()).isZero();
        TestAgent second = session();
        assertThat(second.subscribe("docs://many/65").errorCode()).isZero();
    }

    @Test
    void aServerThatDoesNotAgreeIsARefusal() throws Exception {
        start(Speaks.LEGACY, "{}");
        crm.method(
                "resources/subscribe",
                turn -> turn.connection().answer(200, "application/json", turn.error(-32603, "not today")));
        TestAgent alice = session();

        WireAnswer answer = alice.subscribe(A);

        assertThat(answer.errorCode()).isEqualTo(-31501);
        assertThat(answer.text()).doesNotContain("not today");
        // the outcome is queued, not waited for
        Await.until(
                "the outcome is recorded",
                () -> !records("resource.subscribe.outcome").isEmpty());
        assertThat(records("resource.subscribe.outcome").getLast().text("outcome.error"))
                .isEqualTo("not_watched");
        crm.method("resources/subscribe", ToolScript.result("{}"));
        assertThat(alice.subscribe(A).errorCode()).as("nothing is left of it").isZero();
    }

    @Test
    void aServerThatNeverAgreesHoldsUpNobodyElse() throws Exception {
        start(Speaks.LEGACY, "{}");
        CountDownLatch asked = new CountDownLatch(1);
        crm.method("resources/subscribe", turn -> {
            asked.countDown();
            turn.connection().awaitPeerClose();
        });
        TestAgent alice = session();
        try (WireClient waiting = gateway.connect()) {
            waiting.send(alice.about("resources/subscribe", A).bytes());
            asked.await();

            assertThat(alice.call("crm__echo", "{}").status()).isEqualTo(200);
            assertThat(alice.send(alice.deleting()).status())
                    .as("the session can be ended")
                    .isEqualTo(204);
            assertThat(waiting.readHead().status()).as("and with it the wait").isEqualTo(202);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"uri\":1", "\"uri\":null", "\"uri\":[\"docs://a\"]", "\"url\":\"docs://a\""})
    void anotherFormIsRefused(String members) throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();

        assertThat(alice.send(alice.request("resources/subscribe", members)).errorCode())
                .isEqualTo(-32602);
        assertThat(alice.send(alice.request("resources/unsubscribe", members)).errorCode())
                .isEqualTo(-32602);
    }

    @Test
    void aModernAgentHasNoSuchMethod() throws Exception {
        start(Speaks.MODERN, "{}");

        for (String method : List.of("resources/subscribe", "resources/unsubscribe", "logging/setLevel")) {
            WireAnswer answer = gateway.agent().send(gateway.agent().about(method, A));
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.errorCode()).isEqualTo(-32601);
        }
    }

    @Test
    void aSubscriptionIsRecordedOnce() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();
        alice.subscribe(A);
        alice.subscribe(A);
        alice.subscribe(SECRET);
        gateway.skipRecords();

        assertThat(records("resource.subscribe.intent")).singleElement().satisfies(found -> {
            assertThat(found.text("tool.name")).isEqualTo(A);
            assertThat(found.text("tool.server")).isEqualTo("crm");
            assertThat(found.text("mcp.method")).isEqualTo("resources/subscribe");
            assertThat(found.text("mcp.session")).isNotEmpty();
            assertThat(found.text("policy.sha256")).isNotEmpty();
        });
    }

    @Test
    void aResourceThatMayNoLongerBeReadFallsSilent() throws Exception {
        start(Speaks.LEGACY, "{}");
        TestAgent alice = session();
        try (AgentStream stream = alice.get()) {
            alice.subscribe(A);
            alice.subscribe(B);
            gateway.rewritePolicy(POLICY.replace("\"crm__docs://?\"", "\"crm__docs://b\""));
            assertThat(stream.method()).isEqualTo("notifications/resources/list_changed");

            crm.announceUpdated(A);
            Await.until("its watch has ended", () -> !crm.subscribed().contains(A));
            crm.announceUpdated(B);

            assertThat(stream.text()).isEqualTo(updated(B));
            assertThat(alice.subscribe(A).errorCode()).isEqualTo(-32002);
        }
    }

    @Test
    void whatIsDeclaredIsWhatIsServed() throws Exception {
        start(Speaks.LEGACY, "{}");

        WireAnswer initialized =
                gateway.agent().send(gateway.agent().post().body(TestAgent.initializeBody("2025-11-25")));
        WireAnswer discovered = gateway.agent().send(gateway.agent().request("server/discover", ""));

        for (WireAnswer answer : List.of(initialized, discovered)) {
            assertThat(answer.json().at("/result/capabilities"))
                    .hasToString("{\"tools\":{\"listChanged\":true},\"resources\":{\"listChanged\":true,"
                            + "\"subscribe\":true}}");
        }
    }
}
