package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies have one room for all callers and both planes, each caller has a part of it, and all of it is given back. */
class HeldBodiesTest {
    private static final int LONGEST = 200_000;
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[]}";
    private static final String STREAM = "{\"model\":\"gpt\",\"stream\":true,\"messages\":[]}";
    private static final String EVENT = "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}";
    private static final String POLICY = ModelGateways.ALLOW + """
              - id: support-may-call
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [tools/call]
                resources: ["crm__*", "old__*"]
                ack_broad: true
            """;

    @TempDir
    Path folder;

    private FakeMcpServer crm;
    private FakeMcpServer old;
    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    @BeforeEach
    void servers() {
        crm = FakeMcpServer.start(Speaks.MODERN).tool("echo", ToolScript.text("hello"));
        old = FakeMcpServer.start(Speaks.LEGACY).tool("ask", turn -> {
            turn.openEvents();
            var _ = turn.ask(
                    "elicitation/create",
                    "{\"mode\":\"form\",\"message\":\"?\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{}}}");
            turn.event(turn.response(ToolScript.textResult("asked")));
            turn.endEvents();
        });
        openai = FakeModelServer.start().on("/chat/completions", turn -> turn.whole("{\"choices\":[]}"));
        anthropic = FakeModelServer.start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        crm.close();
        old.close();
        openai.close();
        anthropic.close();
    }

    /** With room for so many bytes. */
    private void start(int bodiesBytes) throws Exception {
        start(bodiesBytes, 300_000);
    }

    private void start(int bodiesBytes, int bodyTimeoutMillis) throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic)
                .models("request_bytes: " + LONGEST)
                .upstream("crm", crm)
                .upstream("old", old, "credential: none, relay: [elicitation]")
                .limits("{request_bytes: %d, bodies_bytes: %d, body_timeout_ms: %d, auth_failures_per_minute: 0}"
                        .formatted(LONGEST, bodiesBytes, bodyTimeoutMillis))
                .policy(POLICY)
                .operator()
                .start();
        awaitHeld(0);
        gateway.skipRecords();
    }

    private static WireRequest longest(TestAgent agent) {
        return call(agent, "crm__echo", LONGEST);
    }

    /** A good call whose body has exactly this many bytes. */
    private static WireRequest call(TestAgent agent, String tool, int bodyBytes) {
        int empty = agent.calling(tool, "{\"f\":\"\"}").body().length;
        return agent.calling(tool, "{\"f\":\"" + "x".repeat(bodyBytes - empty) + "\"}");
    }

    /** Sends all of a request but its last byte. */
    private WireClient slow(WireRequest request) {
        try {
            byte[] all = request.bytes();
            WireClient client = gateway.connect();
            client.send(Arrays.copyOf(all, all.length - 1));
            return client;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static WireAnswer finish(WireClient slow, WireRequest request) throws IOException {
        slow.send(new byte[] {request.body()[request.body().length - 1]});
        return slow.read();
    }

    private long held() {
        return gateway.operate("GET", "/metrics", "")
                .text()
                .lines()
                .filter(line -> line.startsWith("gateway_bodies_bytes "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private void awaitHeld(long bytes) {
        Await.until(bytes + " bytes are held", () -> held() == bytes);
    }

    @Test
    void whoHoldsItsPartIsToldToComeAgainAndEverybodyElseIsServed() throws Exception {
        start(4 * LONGEST);
        WireRequest slowCall = longest(gateway.agent());
        try (WireClient slow = slow(slowCall)) {
            awaitHeld(LONGEST);

            WireAnswer more = gateway.agent().call("crm__echo", "{}");

            assertThat(more.status()).isEqualTo(429);
            assertThat(more.header("Retry-After")).contains("1");
            assertThat(more.text())
                    .isEqualTo(
                            "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-31429,\"message\":\"Too much is sent at once. Try again later.\"}}");
            assertThat(gateway.newSummaries(1)).containsExactly("mcp.request.denied READ too_many_bodies");
            assertThat(gateway.agent("bob").send(longest(gateway.agent("bob"))).firstText())
                    .isEqualTo("hello");
            // what a call held is given back behind its answer
            awaitHeld(LONGEST);
            assertThat(ModelAgent.of(gateway, "bob").chat(CHAT).status()).isEqualTo(200);
            assertThat(finish(slow, slowCall).firstText()).isEqualTo("hello");
        }
        awaitHeld(0);
        assertThat(gateway.agent().call("crm__echo", "{}").firstText()).isEqualTo("hello");
    }

    @Test
    void callsOfToolsAndOfModelsHaveOneRoom() throws Exception {
        start(4 * LONGEST);
        ModelAgent alice = ModelAgent.of(gateway);
        try (WireClient _ = slow(longest(gateway.agent()))) {
            awaitHeld(LONGEST);

            WireAnswer openAis = alice.chat(CHAT);
            WireAnswer anthropics = alice.ask(alice.anthropic("/v1/messages", "{\"model\":\"claude\"}"));
            WireAnswer googles = alice.ask(alice.post("/v1beta/models/gpt:generateContent", "{}"));

            assertThat(List.of(openAis, anthropics, googles)).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(429);
                assertThat(answer.header("Retry-After")).contains("1");
                assertThat(answer.header("x-should-retry")).isEmpty();
            });
            assertThat(openAis.at("/error/code")).isEqualTo("rate_limit_exceeded");
            assertThat(anthropics.at("/error/type")).isEqualTo("rate_limit_error");
            assertThat(googles.at("/error/status")).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(gateway.newRecords(3))
                    .allSatisfy(found -> assertThat(found.text("detail.reason")).isEqualTo("too_many_bodies"));
            assertThat(openai.requests()).isEmpty();
        }
        awaitHeld(0);

        try (WireClient _ = slow(alice.post("/v1/chat/completions", CHAT + " ".repeat(LONGEST - CHAT.length())))) {
            awaitHeld(LONGEST);

            assertThat(gateway.agent().call("crm__echo", "{}").status()).isEqualTo(429);
        }
    }

    @Test
    void whereAllIsHeldWhoeverComesIsToldToComeAgain() throws Exception {
        start(4 * LONGEST);
        List<WireClient> slow = new ArrayList<>();
        for (String name : List.of("ann", "ben", "cleo", "dan")) {
            slow.add(slow(longest(gateway.agent(name))));
        }
        awaitHeld(4L * LONGEST);
        ModelAgent eve = ModelAgent.of(gateway, "eve");

        WireAnswer tool = gateway.agent("eve").call("crm__echo", "{}");
        WireAnswer openAis = eve.chat(CHAT);
        WireAnswer anthropics = eve.ask(eve.anthropic("/v1/messages", "{\"model\":\"claude\"}"));

        assertThat(List.of(tool, openAis, anthropics)).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).contains("1");
        });
        assertThat(tool.text())
                .isEqualTo(
                        "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-31503,\"message\":\"There is no room for the request at the moment. Try again.\"}}");
        assertThat(openAis.at("/error/code")).isEqualTo("overloaded");
        assertThat(anthropics.at("/error/type")).isEqualTo("overloaded_error");
        assertThat(gateway.newRecords(3))
                .allSatisfy(found -> assertThat(found.text("detail.reason")).isEqualTo("no_room_for_body"));
        assertThat(held()).as("who was refused holds nothing").isEqualTo(4L * LONGEST);
        assertThat(gateway.agent("ann").call("crm__echo", "{}").status())
                .as("whose own part is full")
                .isEqualTo(429);

        slow.removeFirst().reset();
        awaitHeld(3L * LONGEST);
        assertThat(gateway.agent("eve").send(longest(gateway.agent("eve"))).firstText())
                .isEqualTo("hello");
        for (WireClient each : slow) {
            each.close();
        }
        awaitHeld(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7_000, 1_000_000})
    void aBodyOfTheGreatestLengthPassesWhereThereIsRoomForNothingElse(int chunkBytes) throws Exception {
        start(LONGEST);
        WireRequest longest = longest(gateway.agent());

        WireAnswer answer = gateway.send(chunkBytes == 0 ? longest.bytes() : longest.chunked(chunkBytes));

        assertThat(answer.firstText()).isEqualTo("hello");
        awaitHeld(0);
        WireAnswer model = ModelAgent.of(gateway)
                .ask(ModelAgent.of(gateway).post("/v1/chat/completions", CHAT + " ".repeat(LONGEST - CHAT.length())));
        assertThat(model.status()).isEqualTo(200);
    }

    @Test
    void theRoomOfABodyThatComesTooSlowlyIsGivenBack() throws Exception {
        start(LONGEST, 500);
        try (WireClient tooSlow = slow(longest(gateway.agent()))) {
            assertThat(tooSlow.read().status()).isEqualTo(408);
        }
        awaitHeld(0);
    }

    @Test
    void whateverElseEndsARequestItsRoomIsGivenBack() throws Exception {
        start(LONGEST);
        WireRequest longest = longest(gateway.agent());

        assertThat(gateway.send(longest.body("[".repeat(LONGEST))).status()).isEqualTo(400);
        awaitHeld(0);
        assertThat(gateway.send(call(gateway.agent(), "crm__echo", LONGEST + 1).chunked(1_000))
                        .status())
                .isEqualTo(413);
        awaitHeld(0);
        assertThat(gateway.send(call(gateway.agent(), "crm__hidden", LONGEST)).errorCode())
                .isEqualTo(-32602);
        awaitHeld(0);
        openai.on("/chat/completions", turn -> turn.cut());
        assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(502);
        awaitHeld(0);
        assertThat(gateway.send(longest).firstText()).isEqualTo("hello");
    }

    @Test
    void whatFindsNoRoomIsDroppedAndTheNextRequestOfItsConnectionIsServed() throws Exception {
        start(LONGEST);
        WireRequest longest = longest(gateway.agent());
        try (WireClient slow = slow(longest);
                WireClient client = gateway.connect()) {
            awaitHeld(LONGEST);

            WireAnswer refused = client.exchange(longest);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Connection")).isEmpty();
            assertThat(finish(slow, longest).status()).isEqualTo(200);
            awaitHeld(0);

            assertThat(client.exchange(longest).firstText()).isEqualTo("hello");
        }
    }

    @Test
    void whatGrowsBeyondTheRoomIsRefusedOnTheWay() throws Exception {
        start(LONGEST);
        TestAgent alice = gateway.agent();
        WireRequest small = call(alice, "crm__echo", 60_000);
        try (WireClient slow = slow(small);
                WireClient client = gateway.connect()) {
            awaitHeld(60_000);

            client.send(longest(alice).bytes());

            assertThat(client.read().status()).isEqualTo(429);
            awaitHeld(60_000);
            assertThat(client.exchange(call(alice, "crm__echo", 1_000)).firstText())
                    .isEqualTo("hello");
            assertThat(finish(slow, small).status()).isEqualTo(200);
        }
    }

    @Test
    void aStreamOfAModelHoldsItsPromptAndNoMoreUntilItsEnd() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            turn.begin().data(EVENT);
            end.await();
            turn.data("[DONE]").end();
        });
        start(LONGEST);
        ModelAgent alice = ModelAgent.of(gateway);
        List<WireClient> streams = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            WireRequest request = alice.post("/v1/chat/completions", STREAM);
            WireClient client = gateway.connect();
            // a chunked body has a buffer that is longer than it, as long as it is read
            client.send(i % 2 == 0 ? request.bytes() : request.chunked(20));
            streams.add(client);
        }
        for (WireClient stream : streams) {
            assertThat(stream.readHead().status()).isEqualTo(200);
            assertThat(stream.readEvent()).isEqualTo(EVENT);
        }

        assertThat(held()).isEqualTo(60L * STREAM.length());

        end.countDown();
        for (WireClient stream : streams) {
            assertThat(stream.readEventsToEnd()).containsExactly("[DONE]");
            stream.close();
        }
        awaitHeld(0);
    }

    @Test
    void aStreamOfChangesHoldsNothing() throws Exception {
        start(LONGEST);
        TestAgent alice = gateway.agent();
        WireRequest listening = alice.listening("{\"toolsListChanged\":true}");
        try (AgentStream stream = AgentStream.open(gateway, listening)) {
            assertThat(stream.method()).isEqualTo("notifications/subscriptions/acknowledged");

            awaitHeld(0);
        }
    }

    @Test
    void aCallThatIsHeldForAnAnswerHoldsItsBodyUntilItsEnd() throws Exception {
        start(LONGEST);
        TestAgent alice = gateway.agent().declaring("{\"elicitation\":{\"form\":{}}}");
        assertThat(alice.send(call(alice, "old__ask", 150_000)).at("/result/resultType"))
                .isEqualTo("input_required");

        assertThat(gateway.agent()
                        .send(call(gateway.agent(), "crm__echo", 60_000))
                        .status())
                .isEqualTo(429);
        assertThat(held()).isEqualTo(150_000);

        gateway.operate("POST", "/kill", "{\"kind\":\"tool\",\"value\":\"old__ask\",\"reason\":\"r\"}");
        awaitHeld(0);
        assertThat(gateway.send(longest(gateway.agent())).firstText()).isEqualTo("hello");
    }

    @Test
    void whereNothingIsSaidACallerHasAPartOfTheHeap() throws Exception {
        long part = Runtime.getRuntime().maxMemory() / 8 / 4;
        int longest = (int) Math.min(4 << 20, part);
        gateway = TestGateway.in(folder)
                .upstream("crm", crm)
                .limits("{body_timeout_ms: 300000, arguments_bytes: 4194304, request_bytes: " + longest + "}")
                .operator()
                .start();
        List<WireClient> slow = new ArrayList<>();
        long taken = 0;
        for (; taken + longest <= part; taken += longest) {
            slow.add(slow(call(gateway.agent(), "crm__echo", longest)));
        }
        awaitHeld(taken);

        assertThat(gateway.send(call(gateway.agent(), "crm__echo", longest)).status())
                .isEqualTo(429);
        assertThat(gateway.send(call(gateway.agent("bob"), "crm__echo", longest))
                        .firstText())
                .isEqualTo("hello");
        for (WireClient each : slow) {
            each.close();
        }
    }
}
