package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Agents of one protocol at models of another: what the provider gets, what the agent gets, what is recorded. */
class ModelTranslationTest {
    @TempDir
    static Path folder;

    private static FakeModelServer provider;
    private static TestGateway gateway;
    private static ModelAgent alice;

    /** How an agent asks, and where it looks. */
    enum Ingress {
        CHAT(
                "/v1/chat/completions",
                "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]",
                "/choices/0/message/content"),
        MESSAGES(
                "/v1/messages",
                "\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]",
                "/content/0/text"),
        RESPONSES("/v1/responses", "\"input\":\"hi\"", "/output/0/content/0/text");

        private final String path;
        private final String asks;
        private final String text;

        Ingress(String path, String asks, String text) {
            this.path = path;
            this.asks = asks;
            this.text = text;
        }

        WireRequest request(String alias, String more) {
            String body = "{\"model\":\"" + alias + "\"," + asks + more + "}";
            return this == MESSAGES ? alice.anthropic(path, body) : alice.post(path, body);
        }

        List<String> counts() {
            return switch (this) {
                case CHAT -> List.of("\"prompt_tokens\":100", "\"completion_tokens\":12", "\"cached_tokens\":60");
                case MESSAGES -> List.of("\"cache_read_input_tokens\":60", "\"output_tokens\":12");
                case RESPONSES -> List.of("\"input_tokens\":100", "\"output_tokens\":12", "\"cached_tokens\":60");
            };
        }

        /** What only a complete stream has. */
        String end() {
            return switch (this) {
                case CHAT -> "data: [DONE]";
                case MESSAGES -> "event: message_stop";
                case RESPONSES -> "event: response.completed";
            };
        }

        String error() {
            return switch (this) {
                case CHAT -> "data: {\"error\":{\"message\":";
                case MESSAGES -> "event: error\ndata: {\"type\":\"error\",\"error\":";
                case RESPONSES -> "event: response.failed\n";
            };
        }

        boolean isErrorShape(JsonNode json) {
            return this == MESSAGES
                    ? json.at("/type").asString().equals("error")
                            && json.at("/error/type").isString()
                    : json.at("/error/type").isString()
                            && json.at("/error/param").isNull();
        }
    }

    /** How a provider answers. */
    enum Upstream {
        LLAMA(
                "/chat/completions",
                "/chat/completions",
                "{\"id\":\"c-1\",\"model\":\"served-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":\"hi there\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,"
                        + "\"completion_tokens\":12,\"prompt_tokens_details\":{\"cached_tokens\":60},"
                        + "\"completion_tokens_details\":{\"reasoning_tokens\":4}}}",
                "{\"id\":\"c-1\",\"model\":\"served-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                        + "\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":"
                        + "\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Ulm\\\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
                "stop"),
        CLAUDE(
                "/messages",
                "/messages",
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"served-1\",\"content\":[{\"type\":"
                        + "\"text\",\"text\":\"hi there\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":40,"
                        + "\"cache_read_input_tokens\":60,\"cache_creation_input_tokens\":0,\"output_tokens\":12,"
                        + "\"output_tokens_details\":{\"thinking_tokens\":4}}}",
                "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"served-1\",\"content\":[{\"type\":"
                        + "\"tool_use\",\"id\":\"call_1\",\"name\":\"weather\",\"input\":{\"city\":\"Ulm\"}}],"
                        + "\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":40,\"output_tokens\":12}}",
                "end_turn"),
        GEM(
                "/models/gem-3:generateContent",
                "/models/gem-3:streamGenerateContent?alt=sse",
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"hi there\"}]},\"finishReason\":"
                        + "\"STOP\"}],\"modelVersion\":\"served-1\",\"usageMetadata\":{\"promptTokenCount\":100,"
                        + "\"cachedContentTokenCount\":60,\"candidatesTokenCount\":8,\"thoughtsTokenCount\":4}}",
                "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"weather\","
                        + "\"args\":{\"city\":\"Ulm\"}}}]},\"finishReason\":\"STOP\"}],\"modelVersion\":\"served-1\"}",
                "STOP");

        private final String path;
        private final String streamPath;
        private final String whole;
        private final String call;
        private final String finish;

        Upstream(String path, String streamPath, String whole, String call, String finish) {
            this.path = path;
            this.streamPath = streamPath;
            this.whole = whole;
            this.call = call;
            this.finish = finish;
        }

        String alias() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The beginning of a stream, up to the text. */
        void begin(ModelTurn turn) throws IOException {
            turn.begin("x-request-id: req_5");
            switch (this) {
                case LLAMA ->
                    turn.data(
                            "{\"id\":\"c-1\",\"model\":\"served-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\","
                                    + "\"content\":\"hi there\"}}]}");
                case CLAUDE ->
                    turn.event(
                                    "message_start",
                                    "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"served-1\",\"content\":"
                                            + "[],\"usage\":{\"input_tokens\":40,\"cache_read_input_tokens\":60,\"output_tokens\":1}}}")
                            .event(
                                    "content_block_start",
                                    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
                            .event(
                                    "content_block_delta",
                                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":"
                                            + "\"hi there\"}}");
                case GEM ->
                    turn.data(
                            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"hi there\"}]}}],"
                                    + "\"modelVersion\":\"served-1\"}");
            }
        }

        /** The rest of it. */
        void end(ModelTurn turn) throws IOException {
            switch (this) {
                case LLAMA ->
                    turn.data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")
                            .data("{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":12,"
                                    + "\"prompt_tokens_details\":{\"cached_tokens\":60},"
                                    + "\"completion_tokens_details\":{\"reasoning_tokens\":4}}}")
                            .data("[DONE]");
                case CLAUDE ->
                    turn.event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}")
                            .event(
                                    "message_delta",
                                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":"
                                            + "12,\"output_tokens_details\":{\"thinking_tokens\":4}}}")
                            .event("message_stop", "{\"type\":\"message_stop\"}");
                case GEM ->
                    turn.data(
                            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},\"finishReason\":"
                                    + "\"STOP\"}],\"modelVersion\":\"served-1\",\"usageMetadata\":{\"promptTokenCount\":100,"
                                    + "\"cachedContentTokenCount\":60,\"candidatesTokenCount\":8,\"thoughtsTokenCount\":4}}");
            }
            turn.end();
        }
    }

    record Pair(Ingress ingress, Upstream upstream) {}

    static Stream<Pair> pairs() {
        return Stream.of(Ingress.values())
                .flatMap(ingress -> Stream.of(Upstream.values()).map(upstream -> new Pair(ingress, upstream)))
                .filter(pair -> pair.ingress() != Ingress.CHAT || pair.upstream() != Upstream.LLAMA)
                .filter(pair -> pair.ingress() != Ingress.MESSAGES || pair.upstream() != Upstream.CLAUDE);
    }

    @BeforeAll
    static void start() throws Exception {
        provider = FakeModelServer.start();
        gateway = ModelGateways.ofAllKinds(folder, provider, "")
                .models("kept_state: {google: {ids: shared}}")
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void answer() {
        gateway.skipRecords();
        provider.clearRequests();
        for (Upstream upstream : Upstream.values()) {
            provider.on(upstream.path, turn -> {
                if (turn.request().text().contains("\"stream\":true")) {
                    upstream.begin(turn);
                    upstream.end(turn);
                } else {
                    turn.answer(200, upstream.whole, "x-request-id: req_4");
                }
            });
        }
        provider.on(Upstream.GEM.streamPath, turn -> {
            Upstream.GEM.begin(turn);
            Upstream.GEM.end(turn);
        });
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(provider.failures()).isEmpty();
    }

    private static void isRecorded(Upstream upstream) {
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.text("model.alias")).isEqualTo(upstream.alias());
        assertThat(outcome.text("model.served")).isEqualTo("served-1");
        assertThat(outcome.text("model.finish")).isEqualTo(upstream.finish);
        assertThat(outcome.json())
                .contains("\"usage\":{\"input\":100,\"cache_read\":60,\"cache_write\":0,\"cache_write_1h\":0,"
                        + "\"output\":12,\"reasoning\":4}");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aWholeAnswerIsInTheAgentsProtocolAndItsFactsAreTheProviders(Pair pair) {
        WireAnswer answer = alice.ask(pair.ingress().request(pair.upstream().alias(), ""));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.json().at(pair.ingress().text).asString())
                .as(answer.text())
                .isEqualTo("hi there");
        assertThat(answer.text()).contains(pair.ingress().counts());
        assertThat(answer.header("x-gateway-served-model")).contains("served-1");
        isRecorded(pair.upstream());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aStreamIsInTheAgentsProtocolAndItsFactsAreTheProviders(Pair pair) {
        WireAnswer answer = alice.ask(pair.ingress().request(pair.upstream().alias(), ",\"stream\":true"));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).contains("text/event-stream");
        assertThat(answer.text()).contains("hi there", pair.ingress().end());
        assertThat(answer.header("x-gateway-served-model")).contains("served-1");
        isRecorded(pair.upstream());
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void anEventIsTheAgentsBeforeTheNextOneIsThere(Pair pair) throws Exception {
        CountDownLatch more = new CountDownLatch(1);
        provider.on(pair.upstream().streamPath, turn -> {
            pair.upstream().begin(turn);
            more.await();
            pair.upstream().end(turn);
        });

        try (WireClient client =
                alice.begin(pair.ingress().request(pair.upstream().alias(), ",\"stream\":true"))) {
            client.readHead();
            while (!client.readEvent().contains("hi there")) {
                // the prologue
            }
            more.countDown();
            assertThat(client.readEventsToEnd()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aCallOfAToolComesThrough(Pair pair) {
        provider.on(pair.upstream().path, turn -> turn.whole(pair.upstream().call));

        WireAnswer answer = alice.ask(pair.ingress().request(pair.upstream().alias(), ""));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text())
                .contains("\"weather\"", "city", "Ulm")
                .contains(
                        switch (pair.ingress()) {
                            case CHAT -> "\"finish_reason\":\"tool_calls\"";
                            case MESSAGES -> "\"stop_reason\":\"tool_use\"";
                            case RESPONSES -> "\"type\":\"function_call\"";
                        });
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aProvidersErrorHasTheAgentsShapeAndNoneOfItsWords(Pair pair) {
        provider.on(
                pair.upstream().path,
                turn -> turn.answer(
                        429, "{\"error\":{\"message\":\"key sk-upstream-openai of org-77\"}}", "Retry-After: 7"));

        WireAnswer answer = alice.ask(pair.ingress().request(pair.upstream().alias(), ""));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).contains("7");
        assertThat(pair.ingress().isErrorShape(answer.json())).as(answer.text()).isTrue();
        assertThat(answer.text()).doesNotContain("upstream", "org-77");
        assertThat(gateway.newRecords(2).getLast().text("outcome.error")).isEqualTo("provider_refused");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aStreamThatIsCutEndsInTheAgentsErrorAndNeverInOrder(Pair pair) {
        provider.on(pair.upstream().streamPath, turn -> {
            pair.upstream().begin(turn);
            turn.end();
        });

        WireAnswer answer = alice.ask(pair.ingress().request(pair.upstream().alias(), ",\"stream\":true"));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text())
                .contains("hi there", pair.ingress().error())
                .doesNotContain(pair.ingress().end());
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("unreachable");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatTheProviderCannotUnderstandIsTold(Pair pair) {
        for (String streamed : List.of("false", "true")) {
            WireAnswer answer = alice.ask(
                    pair.ingress().request(pair.upstream().alias(), ",\"x_new\":{\"a\":1},\"stream\":" + streamed));

            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.header("x-gateway-dropped").orElse(""))
                    .contains("/x_new (unknown to the other protocol)");
        }
        assertThat(provider.requests())
                .hasSize(2)
                .allSatisfy(sent -> assertThat(sent.text()).doesNotContain("x_new"));
    }

    @Test
    void eachProviderIsAskedInItsOwnManner() {
        alice.ask(Ingress.CHAT.request("claude", ""));
        alice.ask(Ingress.MESSAGES.request("gem", ",\"stream\":true"));
        alice.ask(Ingress.MESSAGES.request("gpt", ",\"stream\":true"));

        var sent = provider.requests();
        assertThat(sent.get(0).line()).isEqualTo("POST /v1/messages HTTP/1.1");
        assertThat(sent.get(0).header("anthropic-version")).contains("2023-06-01");
        assertThat(sent.get(0).header("x-api-key")).contains("sk-upstream-anthropic");
        assertThat(sent.get(0).text()).contains("\"model\":\"other-sonnet-9\"", "\"max_tokens\":4096");
        assertThat(sent.get(1).line()).isEqualTo("POST /v1/models/gem-3:streamGenerateContent?alt=sse HTTP/1.1");
        assertThat(sent.get(1).header("x-goog-api-key")).contains("sk-upstream-google");
        assertThat(sent.get(1).header("authorization")).isEmpty();
        assertThat(sent.get(1).text()).doesNotContain("\"model\":\"", "stream");
        assertThat(sent.get(2).header("authorization")).contains("Bearer sk-upstream-openai");
        assertThat(sent.get(2).text())
                .contains("\"include_usage\":true", "\"max_completion_tokens\":50", "\"model\":\"acme-large-1\"");
    }

    @Test
    void responsesPassThroughToOpenAiAndAreTranslatedForServersThatOnlySpeakItsOtherProtocol() {
        provider.on("/responses", turn -> turn.whole("{\"model\":\"r\",\"output\":[],\"x\":1}"));

        assertThat(alice.ask(Ingress.RESPONSES.request("gpt", ",\"store\":true"))
                        .text())
                .contains("\"x\":1");
        assertThat(alice.ask(Ingress.RESPONSES.request("llama", "")).status()).isEqualTo(200);
        assertThat(provider.requests())
                .extracting(sent -> sent.target())
                .containsExactly("/v1/responses", "/v1/chat/completions");
    }

    @ParameterizedTest
    @EnumSource(Ingress.class)
    void whatCannotBeTranslatedIsRefusedWithItsPlaceAndNothingIsSent(Ingress ingress) {
        String[] asks = switch (ingress) {
            case CHAT -> new String[] {"\"n\":2", "/n"};
            case MESSAGES -> new String[] {"\"container\":\"c\"", "/container"};
            case RESPONSES -> new String[] {"\"previous_response_id\":\"r\"", "/previous_response_id"};
        };

        WireAnswer answer = alice.ask(ingress.request("gem", "," + asks[0]));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(ingress.isErrorShape(answer.json())).as(answer.text()).isTrue();
        assertThat(answer.json().at("/error/message").asString()).contains(asks[1] + ": ");
        assertThat(provider.requests()).isEmpty();
        assertThat(gateway.newRecords(2).getLast().text("outcome.error")).isEqualTo("untranslatable");
    }

    @Test
    void reasoningStateOfAnotherProviderIsTakenOutOfWhatPassesThrough() {
        String foreign = "{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"gw1.google.p..SigC==\"}";
        String own = "{\"type\":\"thinking\", \"thinking\":\"t\",\"signature\":\"EqoBsig==\"}";
        String body = "{\"model\":\"claude\",\"max_tokens\":5,\"messages\":[{\"role\":\"assistant\",\"content\":["
                + foreign + "," + own + ", {\"type\":\"text\",\"text\":\"gw1. is text\"}]}]}";

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", body));

        assertThat(answer.text()).isEqualTo(Upstream.CLAUDE.whole);
        assertThat(provider.request().text())
                .isEqualTo(body.replace(foreign + ",", "").replace("\"claude\"", "\"other-sonnet-9\""));
        assertThat(answer.header("x-gateway-dropped").orElse("")).contains("/messages/0/content/0 (reasoning state");
    }

    @Test
    void aStreamThatPassesThroughTellsWhatWasTakenOutOfItsRequest() {
        String body =
                "{\"model\":\"claude\",\"max_tokens\":5,\"stream\":true,\"messages\":[{\"role\":\"assistant\",\"content\":["
                        + "{\"type\":\"redacted_thinking\",\"data\":\"gw1.google.p..SigC==\"},{\"type\":\"text\",\"text\":\"a\"}]}]}";

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", body));

        assertThat(answer.text()).endsWith("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        assertThat(answer.header("x-gateway-dropped").orElse("")).contains("/messages/0/content/0 (reasoning state");
        assertThat(provider.request().text()).doesNotContain("gw1.");
        isRecorded(Upstream.CLAUDE);
    }

    @Test
    void whatIsToldFitsIntoAHeader() {
        StringBuilder unknown = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            unknown.append(",\"an_unknown_setting_that_has_quite_a_long_name_")
                    .append(i)
                    .append("\":1");
        }

        String dropped = alice.ask(Ingress.CHAT.request("claude", unknown.toString()))
                .header("x-gateway-dropped")
                .orElse("");

        assertThat(dropped).hasSizeBetween(1000, 2100).endsWith(", and others");
    }

    @Test
    void reasoningStateOfAnotherProviderIsTakenOutOfResponsesToo() {
        provider.on("/responses", turn -> turn.whole("{\"model\":\"r\",\"output\":[]}"));
        String body = "{\"model\":\"gpt\",\"input\":[{\"role\":\"user\",\"content\":\"a\"},"
                + "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"gw1.google.c..SigC==\"}]}";

        WireAnswer answer = alice.ask(alice.post("/v1/responses", body));

        assertThat(provider.request().text())
                .isEqualTo("{\"model\":\"acme-large-1\",\"input\":[{\"role\":\"user\",\"content\":\"a\"}]}");
        assertThat(answer.header("x-gateway-dropped").orElse("")).contains("/input/1 (reasoning state");
    }

    @Test
    void reasoningStateOfAnotherProviderIsTakenOutOfChatCompletionsToo() {
        String thinking = "\"anthropic\":{\"thinking_blocks\":[{\"type\":\"thinking\",\"signature\":\"EqoBsig==\"}]}";
        String signature = "\"google\":{\"thought_signature\":\"SigC==\"}";
        String body = "{\"model\":\"%s\",\"messages\":[{\"role\":\"assistant\",\"extra_content\":{" + thinking
                + "},\"tool_calls\":[{\"id\":\"a\",\"extra_content\":{" + signature + ",\"x\":1}}]}]}";

        WireAnswer answer = alice.chat(body.formatted("gpt"));
        alice.chat(body.formatted("llama"));

        assertThat(provider.requests().getFirst().text())
                .isEqualTo(
                        "{\"model\":\"acme-large-1\",\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"a\","
                                + "\"extra_content\":{\"x\":1}}]}]}");
        assertThat(answer.header("x-gateway-dropped").orElse(""))
                .contains("/messages/0/extra_content (", "/messages/0/tool_calls/0/extra_content (");
        assertThat(provider.requests().getLast().text())
                .as("a compatible server may be Google's, whose signatures are its own")
                .doesNotContain("EqoBsig")
                .contains(signature);
    }

    @Test
    void aStreamThatBeginsWithAnErrorIsAnErrorAndNotAStream() {
        provider.on(
                Upstream.GEM.streamPath,
                turn -> turn.begin()
                        .data("{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}")
                        .end());

        WireAnswer answer = alice.ask(Ingress.CHAT.request("gem", ",\"stream\":true"));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("provider_error");
    }

    @Test
    void anAnswerThatIsNoneInTheProvidersProtocolIsNotPassedOn() {
        provider.on("/messages", turn -> turn.whole("{\"content\":\"not a list\"}"));

        WireAnswer answer = alice.ask(Ingress.CHAT.request("claude", ""));

        assertThat(answer.status()).isEqualTo(502);
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("malformed");
    }

    @Test
    void anOperatorMayHaveLossesRefused(@TempDir Path other) throws Exception {
        try (TestGateway strict = ModelGateways.ofAllKinds(
                        other, provider, "translation: {losses: refuse, output_tokens: 77, features: []},")
                .start()) {
            ModelAgent agent = ModelAgent.of(strict);
            String body = "{\"model\":\"claude\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

            WireAnswer lossy = agent.chat(body + ",\"seed\":1}");
            WireAnswer plain = agent.chat(body + "}");

            assertThat(lossy.status()).isEqualTo(400);
            assertThat(lossy.text()).contains("/seed");
            assertThat(plain.status()).isEqualTo(200);
            assertThat(provider.request().text()).contains("\"max_tokens\":77");
        }
    }
}
