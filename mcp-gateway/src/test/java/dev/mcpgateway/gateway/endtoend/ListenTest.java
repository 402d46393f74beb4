package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code subscriptions/listen}: what is acknowledged is what is heard, by whom it may be heard, and for as long. */
class ListenTest {
    private static final String ACKNOWLEDGED = "notifications/subscriptions/acknowledged";
    private static final String UPDATED = "notifications/resources/updated";
    private static final String A = "docs://a";
    private static final String B = "docs://b";
    private static final String SECRET = "docs://secret";
    private static final String POLICY = """
            version: 1
            rules:
              - id: tools
                effect: permit
                principals: {issuer: corp}
                actions: [tools/call]
                resources: ["crm__*"]
                ack_broad: true
              - id: docs
                effect: permit
                principals: {issuer: corp, groups: [readers]}
                actions: [resources/read]
                resources: ["crm__docs://*"]
              - id: secret
                effect: forbid
                actions: [resources/read]
                resources: ["crm__docs://secret"]
            """;

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private TestGateway gateway;

    @BeforeEach
    void serve() {
        crm = server(Speaks.MODERN);
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
    }

    private static FakeMcpServer server(Speaks speaks) {
        return FakeMcpServer.start(speaks)
                .tool("echo", ToolScript.text("hello"))
                .resource(A, ToolScript.text(""))
                .resource(B, ToolScript.text(""))
                .resource(SECRET, ToolScript.text(""))
                .declare("\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true}");
    }

    private void start() throws Exception {
        start("{}");
    }

    private void start(String limits) throws Exception {
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits(limits)
                .policy(POLICY)
                .start();
    }

    private static String resources(String... uris) {
        return "{\"resourceSubscriptions\":[\"" + String.join("\",\"", uris) + "\"]}";
    }

    private List<AuditRecord> records(String event) {
        return gateway.records().stream()
                .filter(each -> each.text("ev").equals(event))
                .toList();
    }

    private void awaitNothingIsWatched() {
        Await.until("nothing is watched", () -> crm.subscribed().isEmpty());
    }

    private void awaitClosed(String reason) {
        Await.until(
                "the end is recorded",
                () -> records("stream.closed").stream()
                        .anyMatch(each -> each.text("detail.reason").equals(reason)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"toolsListChanged\":true}|{\"toolsListChanged\":true}",
                "{\"toolsListChanged\":true,\"promptsListChanged\":true}|{\"toolsListChanged\":true}",
                "{\"promptsListChanged\":true,\"resourcesListChanged\":true}|{\"resourcesListChanged\":true}",
                "{\"toolsListChanged\":false,\"resourcesListChanged\":true}|{\"resourcesListChanged\":true}",
                "{\"toolsListChanged\":true,\"resourceSubscriptions\":[]}|{\"toolsListChanged\":true}",
                "{\"resourceSubscriptions\":[\"docs://a\",\"docs://a\"]}|{\"resourceSubscriptions\":[\"docs://a\"]}",
                "{\"resourceSubscriptions\":[\"docs://b\",\"docs://secret\",\"docs://none\",\"docs://a\"]}"
                        + "|{\"resourceSubscriptions\":[\"docs://b\",\"docs://a\"]}",
                "{\"toolsListChanged\":true,\"futureListChanged\":{\"x\":1}}|{\"toolsListChanged\":true}",
            })
    void theFirstMessageIsTheHonouredSubset(String asked, String honoured) throws Exception {
        start();
        try (AgentStream stream = gateway.agent().listen(asked)) {
            assertThat(stream.head().status()).isEqualTo(200);
            assertThat(stream.head().header("Content-Type")).hasValue("text/event-stream");
            assertThat(stream.text())
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"" + ACKNOWLEDGED + "\",\"params\":{\"_meta\":"
                            + "{\"io.modelcontextprotocol/subscriptionId\":1},\"notifications\":" + honoured + "}}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "\"seven\"", "-9007199254740991", "\"\\u00e9\\n\\\"\""})
    void everythingCarriesTheIdOfTheRequest(String id) throws Exception {
        start();
        TestAgent agent = gateway.agent();
        WireRequest request = agent.listening("{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"" + A + "\"]}");
        String body = new String(request.body(), java.nio.charset.StandardCharsets.UTF_8);
        try (AgentStream stream = AgentStream.open(gateway, request.body(body.replace("\"id\":1", "\"id\":" + id)))) {
            List<String> messages = new ArrayList<>(List.of(stream.text()));

            crm.announceUpdated(A);
            messages.add(stream.text());
            crm.tool("more", ToolScript.text(""));
            crm.announceToolsChanged();
            messages.add(stream.text());
            Thread closing = Thread.ofVirtual().start(gateway::close);
            messages.addAll(stream.rest());
            closing.join();

            assertThat(messages)
                    .hasSize(4)
                    .allSatisfy(message -> assertThat(message)
                            .contains("\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" + id));
            assertThat(messages.get(1))
                    .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"" + UPDATED + "\",\"params\":{\"_meta\":"
                            + "{\"io.modelcontextprotocol/subscriptionId\":" + id + "},\"uri\":\"" + A + "\"}}");
            assertThat(messages.get(2)).contains("notifications/tools/list_changed");
            assertThat(messages.get(3))
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{\"resultType\":\"complete\"")
                    .contains("io.modelcontextprotocol/serverInfo");
        }
    }

    @Test
    void aHiddenResourceLooksLikeAnUnknownOne() throws Exception {
        start();
        TestAgent alice = gateway.agent();

        WireAnswer hidden = alice.send(alice.listening(resources(SECRET)));
        WireAnswer unknown = alice.send(alice.listening(resources("docs://none")));
        TestAgent stranger = gateway.agent(claims -> claims.put("groups", List.of()));
        WireAnswer notAllowed = stranger.send(stranger.listening(resources(A)));

        assertThat(hidden.text()).isEqualTo(unknown.text()).isEqualTo(notAllowed.text());
        assertThat(hidden.events()).hasSize(2);
        assertThat(hidden.events().getFirst()).endsWith("\"notifications\":{}}}");
        assertThat(hidden.at("/result/resultType")).as("nothing will ever come").isEqualTo("complete");
        assertThat(crm.subscribed()).isEmpty();
        assertThat(records("resource.subscribe.intent")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Speaks.class,
            names = {"MODERN", "LEGACY"})
    void onlyWhoAskedHearsOfAResource(Speaks speaks) throws Exception {
        crm.close();
        crm = server(speaks);
        start();
        try (AgentStream a = gateway.agent().heard(resources(A));
                AgentStream both = gateway.agent().heard(resources(A, B));
                AgentStream bob = gateway.agent("bob").heard(resources(B))) {
            crm.announceUpdated(SECRET);
            crm.announceUpdated(A);

            assertThat(a.next().at("/params/uri").asString()).isEqualTo(A);
            both.until(A);
            crm.announceUpdated(B);
            both.until(B);
            assertThat(bob.next().at("/params/uri").asString())
                    .as("the first that bob hears")
                    .isEqualTo(B);
        }
        awaitNothingIsWatched();
    }

    @Test
    void oneWatchServesAllStreamsOfACaller() throws Exception {
        start();
        TestAgent alice = gateway.agent();
        try (AgentStream first = alice.heard(resources(A))) {
            int asked = crm.requests("subscriptions/listen").size();
            try (AgentStream second = alice.heard(resources(A))) {
                assertThat(crm.requests("subscriptions/listen"))
                        .as("nothing new was asked of the server")
                        .hasSize(asked);
                crm.announceUpdated(A);
                assertThat(first.method()).isEqualTo(UPDATED);
                assertThat(second.method()).isEqualTo(UPDATED);
            }
            awaitClosed("gone");
            crm.announceUpdated(A);
            assertThat(first.method()).as("the watch outlives the other stream").isEqualTo(UPDATED);
            try (AgentStream _ = gateway.agent("bob").heard(resources(A))) {
                assertThat(crm.requests("subscriptions/listen").size())
                        .as("bob is not alice")
                        .isGreaterThan(asked);
            }
        }
        awaitNothingIsWatched();
    }

    @Test
    void anAgentThatLeavesFreesItsPlaceAndItsWatch() throws Exception {
        start("{streams_per_caller: 1}");
        TestAgent alice = gateway.agent();
        try (AgentStream stream = alice.heard(resources(A))) {
            assertThat(crm.subscribed()).contains(A);
            stream.client().reset();
        }

        awaitNothingIsWatched();
        awaitClosed("gone");
        alice.heard(resources(A)).close();
    }

    @Test
    void streamsOfACallerAndOfAllAreCounted() throws Exception {
        start("{streams: 3, streams_per_caller: 2}");
        String tools = "{\"toolsListChanged\":true}";
        TestAgent alice = gateway.agent();
        try (AgentStream _ = alice.heard(tools);
                AgentStream _ = alice.heard(tools)) {
            WireAnswer third = alice.send(alice.listening(tools));
            assertThat(third.status()).isEqualTo(429);
            assertThat(third.at("/id")).isEqualTo("1");
            assertThat(third.errorCode()).isEqualTo(-31429);
            try (AgentStream _ = gateway.agent("bob").heard(tools)) {
                TestAgent carol = gateway.agent("carol");
                assertThat(carol.send(carol.listening(tools)).status()).isEqualTo(429);
            }
            Await.until("bob's place is free", () -> {
                try (AgentStream carol =
                        AgentStream.ask(gateway, gateway.agent("carol").listening(tools))) {
                    return carol.head().status() == 200;
                }
            });
        }
        assertThat(records("mcp.request.denied"))
                .extracting(each -> each.text("detail.reason"))
                .contains("too_many_streams");
    }

    @Test
    void hundredsOfRefusedStreamsCostNothing() throws Exception {
        start("{streams_per_caller: 2}");
        TestAgent alice = gateway.agent();
        String tools = "{\"toolsListChanged\":true}";
        try (AgentStream first = alice.heard(tools);
                AgentStream _ = alice.heard(tools);
                WireClient client = gateway.connect()) {
            for (int i = 0; i < 300; i++) {
                assertThat(client.exchange(alice.listening(tools)).status()).isEqualTo(429);
            }
            crm.tool("more", ToolScript.text(""));
            crm.announceToolsChanged();
            assertThat(first.method()).isEqualTo("notifications/tools/list_changed");
        }
        assertThat(records("stream.opened")).hasSize(2);
    }

    @Test
    void theStreamEndsWithTheToken() throws Exception {
        start("{keep_alive_ms: 1000}");
        try (AgentStream stream = gateway.agent().heard(resources(A))) {
            gateway.clock().advance(Duration.ofHours(2));

            List<String> last = stream.rest();

            assertThat(last.getLast()).contains("\"resultType\":\"complete\"");
        }
        awaitClosed("expired");
        awaitNothingIsWatched();
    }

    @Test
    void theStreamEndsInOrderWhenTheGatewayStops() throws Exception {
        start();
        try (AgentStream stream = gateway.agent().heard("{\"toolsListChanged\":true}")) {
            Thread closing = Thread.ofVirtual().start(gateway::close);

            assertThat(stream.rest())
                    .singleElement()
                    .asString()
                    .startsWith("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"_meta\":"
                            + "{\"io.modelcontextprotocol/subscriptionId\":1,");
            closing.join();
        }
        awaitClosed("drained");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "true",
                "\"toolsListChanged\"",
                "{\"toolsListChanged\":1}",
                "{\"toolsListChanged\":\"true\"}",
                "{\"promptsListChanged\":null}",
                "{\"resourcesListChanged\":{}}",
                "{\"resourceSubscriptions\":\"docs://a\"}",
                "{\"resourceSubscriptions\":null}",
                "{\"resourceSubscriptions\":{\"0\":\"docs://a\"}}",
                "{\"resourceSubscriptions\":[\"docs://a\",1]}",
                "{\"resourceSubscriptions\":[[\"docs://a\"]]}",
                "{\"resourceSubscriptions\":[null]}",
            })
    void aFilterOfAnotherFormIsRefused(String notifications) throws Exception {
        start();
        TestAgent alice = gateway.agent();

        WireAnswer answer = alice.send(alice.listening(notifications));

        assertThat(answer.errorCode()).isEqualTo(-32602);
        assertThat(answer.isEventStream()).isFalse();
        assertThat(answer.at("/error/message")).contains("params.notifications");
        assertThat(records("stream.opened")).isEmpty();
    }

    @Test
    void aFilterMustBeThere() throws Exception {
        start();
        TestAgent alice = gateway.agent();

        assertThat(alice.send(alice.request("subscriptions/listen", "")).errorCode())
                .isEqualTo(-32602);
    }

    @Test
    void anIdThatWouldFillTheStreamIsRefused() throws Exception {
        start();
        TestAgent alice = gateway.agent();
        WireRequest request = alice.listening("{\"toolsListChanged\":true}");
        String body = new String(request.body(), java.nio.charset.StandardCharsets.UTF_8);

        WireAnswer answer = alice.send(request.body(body.replace("\"id\":1", "\"id\":\"" + "x".repeat(255) + "\"")));

        assertThat(answer.errorCode()).isEqualTo(-32600);
    }

    @Test
    void tenThousandUrisAreHonouredAsFarAsThereIsRoom() throws Exception {
        List<String> uris = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            crm.resource("docs://many/" + i, ToolScript.text(""));
            uris.add("docs://many/" + i);
        }
        for (int i = 0; i < 10_000; i++) {
            uris.add("docs://none/" + i);
        }
        start();
        try (AgentStream stream = gateway.agent().listen(resources(uris.toArray(String[]::new)))) {
            JsonNode honoured = stream.next().at("/params/notifications/resourceSubscriptions");

            assertThat(honoured.size()).isEqualTo(64);
            assertThat(honoured.get(63).asString()).isEqualTo("docs://many/63");
            Await.until("all are watched", () -> crm.subscribed().size() == 64);
            for (int i = 0; i < 64; i++) {
                crm.announceUpdated("docs://many/" + i);
            }
            for (int i = 0; i < 64; i++) {
                assertThat(stream.method()).isEqualTo(UPDATED);
            }
        }
        awaitNothingIsWatched();
    }

    @Test
    void oneCallerDoesNotUseUpWhatIsWatchedForAll() throws Exception {
        for (int i = 0; i < 200; i++) {
            crm.resource("docs://many/" + i, ToolScript.text(""));
        }
        start();
        List<AgentStream> streams = new ArrayList<>();
        int honoured = 0;
        for (int from = 0; from < 200; from += 50) {
            List<String> uris = new ArrayList<>();
            for (int i = from; i < from + 50; i++) {
                uris.add("docs://many/" + i);
            }
            AgentStream stream = gateway.agent().listen(resources(uris.toArray(String[]::new)));
            streams.add(stream);
            honoured += stream.next()
                    .at("/params/notifications/resourceSubscriptions")
                    .size();
        }
        streams.forEach(AgentStream::close);

        assertThat(honoured).isEqualTo(128);
        awaitNothingIsWatched();
        Await.until("her places are free again", () -> {
            try (AgentStream again = gateway.agent().listen(resources("docs://many/199"))) {
                return again.next()
                                .at("/params/notifications/resourceSubscriptions")
                                .size()
                        == 1;
            }
        });
    }

    @Test
    void aResourceThatTheServerDoesNotWatchIsNotAcknowledged() throws Exception {
        crm.declare("\"tools\":{\"listChanged\":true},\"resources\":{}");
        start();
        try (AgentStream stream =
                gateway.agent().listen("{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"" + A + "\"]}")) {
            assertThat(stream.next().at("/params/notifications")).hasToString("{\"toolsListChanged\":true}");
        }
        Await.until(
                "the outcome is recorded",
                () -> !records("resource.subscribe.outcome").isEmpty());
        assertThat(records("resource.subscribe.outcome"))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.text("outcome.error")).isEqualTo("not_watched"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html, application/json", "text/event-stream;q=0"})
    void whoTakesNoEventsIsRefused(String accept) throws Exception {
        start();
        TestAgent alice = gateway.agent();

        WireAnswer answer =
                alice.send(alice.listening("{\"toolsListChanged\":true}").with("Accept", accept));

        assertThat(answer.status()).isEqualTo(406);
        assertThat(records("stream.opened")).isEmpty();
    }

    @Test
    void aLegacyAgentHasNoSuchMethod() throws Exception {
        start();
        TestAgent legacy = gateway.agent().initialize("2025-11-25");

        assertThat(legacy.send(legacy.listening("{\"toolsListChanged\":true}")).errorCode())
                .isEqualTo(-32601);
    }

    @Test
    void beginningAndEndAreRecorded() throws Exception {
        start();
        gateway.agent()
                .heard("{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"" + A + "\",\"" + SECRET + "\"]}")
                .close();
        awaitClosed("gone");

        assertThat(records("stream.opened")).singleElement().satisfies(opened -> {
            assertThat(opened.text("actor.sub_p")).hasSize(64);
            assertThat(opened.text("mcp.method")).isEqualTo("subscriptions/listen");
            assertThat(opened.text("detail.view")).isEqualTo("default");
            assertThat(opened.json()).contains("\"lists\":[\"tools\"]", "\"resources\":1");
        });
        assertThat(records("resource.subscribe.intent")).singleElement().satisfies(subscribed -> {
            assertThat(subscribed.text("tool.server")).isEqualTo("crm");
            assertThat(subscribed.text("tool.name")).isEqualTo(A);
            assertThat(subscribed.text("policy.sha256")).isNotEmpty();
        });
        Await.until(
                "the outcome is recorded",
                () -> !records("resource.subscribe.outcome").isEmpty());
        assertThat(records("resource.subscribe.outcome"))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.text("outcome.status")).isEqualTo("ok"));
        assertThat(records("stream.closed")).singleElement().satisfies(closed -> {
            assertThat(closed.text("actor.sub_p"))
                    .isEqualTo(records("stream.opened").getFirst().text("actor.sub_p"));
            assertThat(closed.text("mcp.method")).isEqualTo("subscriptions/listen");
        });
    }

    @Test
    void aResourceThatMayNoLongerBeReadFallsSilent() throws Exception {
        start();
        try (AgentStream stream = gateway.agent()
                .heard("{\"resourcesListChanged\":true,\"resourceSubscriptions\":[\"" + A + "\",\"" + B + "\"]}")) {
            gateway.rewritePolicy(
                    POLICY.replace("\"crm__docs://secret\"", "\"crm__docs://secret\", \"crm__docs://a\""));
            stream.until("notifications/resources/list_changed");

            crm.announceUpdated(A);
            Await.until("its watch has ended", () -> !crm.subscribed().contains(A));
            Await.until("the other is watched", () -> crm.subscribed().contains(B));
            crm.announceUpdated(B);

            assertThat(stream.next().at("/params/uri").asString()).isEqualTo(B);
        }
    }

    @Test
    void theCallerOfALoopbackTestListensToo() throws Exception {
        gateway = TestGateway.in(folder)
                .without("issuers")
                .section("anonymous", "{subject: tester}")
                .upstream("crm", crm)
                .policy("""
                        version: 1
                        rules:
                          - id: all
                            effect: permit
                            principals: {issuer: anonymous}
                            actions: [tools/call, resources/read]
                            resources: ["crm__*"]
                            ack_broad: true
                        """)
                .start();
        WireRequest request = gateway.agent().listening(resources(A)).without("Authorization");
        try (AgentStream stream = AgentStream.open(gateway, request)) {
            assertThat(stream.next().at("/params/notifications")).hasToString(resources(A));
            crm.announceUpdated(A);
            assertThat(stream.method()).isEqualTo(UPDATED);
        }
    }
}
