package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Which answers a judge never sees, whatever their caller does about it, and which calls are never made again. */
class JudgedAnswersTest extends JudgeCase {
    private static final String COPIES = "{alias: judge, daily_usd: \"5\", aliases: {gpt: {percent: 0}},"
            + " shadow: {percent: 100, daily_usd: \"1\"}}";

    @ParameterizedTest
    @ValueSource(strings = {"length", "content_filter", "LANGUAGE", "IMAGE_SAFETY"})
    void aCallerWhoCutsItsAnswersShortDoesNotSpoilTheScore(String reason) throws Exception {
        one.on(
                "/chat/completions",
                turn -> turn.whole(answer("big-1", "It").replace("\"stop\"", "\"" + reason + "\"")));
        try (TestGateway gateway = with(JUDGE).start()) {
            ask(ModelAgent.of(gateway), 1);
            awaitResults(gateway, "cut", 1);

            assertThat(bench.requests()).isEmpty();
        }
    }

    @Test
    void anAnswerOfResponsesThatCallsAFunctionIsNotJudgedForWhatItSaidBefore() throws Exception {
        String said = "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"let me look\"}]}";
        String call = "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"find\",\"arguments\":\"{}\"}";
        String whole = "{\"id\":\"r\",\"model\":\"big-1\",\"status\":\"completed\",\"output\":[%s]}";
        try (TestGateway gateway = with(JUDGE).start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            one.on("/responses", turn -> turn.whole(whole.formatted(said + "," + call)));
            responses(alice, false);
            awaitResults(gateway, "no_text", 1);
            one.on(
                    "/responses",
                    turn -> turn.begin()
                            .event("response.output_text.delta", delta("let me look"))
                            .event(
                                    "response.output_item.done",
                                    "{\"type\":\"response.output_item.done\",\"item\":" + call + "}")
                            .event("response.completed", completed(whole.formatted("")))
                            .end());
            responses(alice, true);
            awaitResults(gateway, "no_text", 2);
            assertThat(bench.requests()).isEmpty();

            one.on("/responses", turn -> turn.whole(whole.formatted(said)));
            responses(alice, false);
            awaitScores(gateway, "one", 1);
            assertThat(bench.request().text()).contains("let me look");
        }
    }

    private static String delta(String text) {
        return "{\"type\":\"response.output_text.delta\",\"delta\":\"" + text + "\"}";
    }

    private static String completed(String response) {
        return "{\"type\":\"response.completed\",\"response\":" + response + "}";
    }

    private static void responses(ModelAgent agent, boolean streamed) {
        WireAnswer answer = agent.ask(
                agent.post("/v1/responses", "{\"model\":\"gpt\",\"stream\":" + streamed + ",\"input\":\"hi\"}"));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    }

    @Test
    void aScoreIsOfTheModelThatHasJustThisName() throws Exception {
        String gpt = "gpt: {targets: [{provider: one, model: big-1}, {provider: one, model: small},"
                + " {provider: one, model: small-2}]}";
        one.on("/chat/completions", turn -> turn.whole(answer("small-2", "cheap")));
        try (TestGateway gateway = with(JUDGE, gpt + "\n    third: {targets: [{provider: two, model: big-2}]}")
                .start()) {
            ask(ModelAgent.of(gateway), 1);
            awaitResults(gateway, "scored", 1);

            JsonNode targets =
                    gateway.operate("GET", "/models/health", "").json().path("targets");
            assertThat(targets.get(2).path("model").asString()).isEqualTo("small-2");
            assertThat(targets.get(2).path("scores").asInt()).isEqualTo(1);
        }
    }

    /** Who answers the first request when this is opened, and all others at once. */
    private CountDownLatch firstWaits(FakeModelServer server, String answer) {
        CountDownLatch over = new CountDownLatch(1);
        server.on("/chat/completions", turn -> {
            over.await();
            turn.whole(answer);
        });
        return over;
    }

    @Test
    void whoIsRestrictedWhileAnAnswerWaitsIsNotJudgedAnyMore() throws Exception {
        CountDownLatch over = firstWaits(bench, answer("judge-1", "{\"score\":1}"));
        try (TestGateway gateway =
                with(JUDGE.replace("daily", "concurrent: 1, daily")).start()) {
            ask(ModelAgent.of(gateway, "carol", Map.of("tenant", "free")), 1);
            Await.until("the judge is asked", () -> bench.requests().size() == 1);
            ask(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme")), 1);

            assertThat(gateway.operate(
                                    "POST",
                                    "/restrictions",
                                    "{\"tenant\":\"acme\",\"models\":[\"gpt\",\"judge\"],\"calls_per_minute\":9,"
                                            + "\"reason\":\"r\"}")
                            .status())
                    .isEqualTo(200);
            over.countDown();
            awaitResults(gateway, "resting", 1);

            assertThat(bench.requests()).hasSize(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void whoIsRestrictedWhileItsCopyWaitsIsNotCopiedAnyMore() throws Exception {
        CountDownLatch over = firstWaits(two, answer("big-2", "from two"));
        try (TestGateway gateway =
                with(COPIES.replaceFirst("daily", "concurrent: 1, daily")).start()) {
            ask(ModelAgent.of(gateway, "carol", Map.of("tenant", "free")), 1);
            Await.until("the copy is under way", () -> two.requests().size() == 1);
            ask(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme")), 1);

            gateway.operate(
                    "POST",
                    "/restrictions",
                    "{\"tenant\":\"acme\",\"models\":[\"gpt\"],\"calls_per_minute\":9,\"reason\":\"r\"}");
            over.countDown();
            awaitResults(gateway, "resting", 1);

            assertThat(two.requests()).hasSize(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void aCopyThatWaitedForLongIsNotMade() throws Exception {
        CountDownLatch over = firstWaits(two, answer("big-2", "from two"));
        try (TestGateway gateway = with(COPIES.replaceFirst("daily", "queue: 1, concurrent: 1, daily"))
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            ask(alice, 1);
            Await.until("the copy is under way", () -> two.requests().size() == 1);
            ask(alice, 2);
            // one waits for certain when there is no room for the other
            awaitResults(gateway, "dropped", 1);

            gateway.clock().advance(Duration.ofSeconds(61));
            over.countDown();
            // the answer of the first copy, for which there is no room either, and what waited
            awaitResults(gateway, "dropped", 3);

            assertThat(two.requests()).hasSize(1);
        } finally {
            over.countDown();
        }
    }

    @Test
    void whatWaitsIsNotAskedOnceTheGatewayStops() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        bench.on("/chat/completions", turn -> over.await());
        TestGateway gateway =
                with(JUDGE.replace("daily", "queue: 1, concurrent: 1, daily")).start();
        try {
            ask(ModelAgent.of(gateway), 1);
            Await.until("the judge is asked", () -> bench.requests().size() == 1);
            ask(ModelAgent.of(gateway), 2);
            awaitResults(gateway, "dropped", 1);
        } finally {
            gateway.close();
            over.countDown();
        }

        assertThat(bench.requests()).hasSize(1);
    }

    /** What servers call their own searches: members that OpenAI's protocol does not have. */
    @ParameterizedTest
    @ValueSource(strings = {"plugins", "search_parameters", "enable_search", "web_search_options", "tools"})
    void whatAServerMayRunByItselfIsNotCopied(String member) throws Exception {
        try (TestGateway gateway = with(COPIES).start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            assertThat(alice.chat(CHAT.replace("{\"model", "{\"" + member + "\":[],\"model"))
                            .status())
                    .isEqualTo(200);
            ask(alice, 1);
            awaitScores(gateway, "two", 1);

            assertThat(two.requests()).hasSize(1);
        }
    }
}
