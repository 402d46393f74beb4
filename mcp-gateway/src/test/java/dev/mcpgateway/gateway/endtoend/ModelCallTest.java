package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole calls of models through a gateway: what the provider gets, what the agent gets, what is recorded. */
class ModelCallTest {
    /** Members, order, numbers and escapes that no reader of ours knows. */
    private static final String CHAT =
            "{ \"messages\" : [{\"role\":\"user\",\"content\":\"h\\u00e9 \\/ 1\"}], \"model\": \"gpt\",\"temperature\":1.10,"
                    + "\"x_unknown\":[12345678901234567890,1E+2],\"seed\":7 }";

    private static final String CHAT_ANSWER =
            "{\"id\":\"c-1\",\"model\":\"acme-large-1-0611\", \"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                    + "\"content\":\"hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":12,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":60},\"completion_tokens_details\":{\"reasoning_tokens\":4}},"
                    + "\"x_new\":1.50}";

    private static final String MESSAGES =
            "{\"model\":\"claude\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                    + "\"text\":\"hi\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}";

    private static final String MESSAGE_ANSWER =
            "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"other-sonnet-9-1\",\"content\":[{\"type\":"
                    + "\"text\",\"text\":\"hi\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,"
                    + "\"cache_read_input_tokens\":60,\"cache_creation_input_tokens\":20,\"cache_creation\":"
                    + "{\"ephemeral_5m_input_tokens\":15,\"ephemeral_1h_input_tokens\":5},\"output_tokens\":12}}";

    @TempDir
    static Path folder;

    private static FakeModelServer openai;
    private static FakeModelServer anthropic;
    private static TestGateway gateway;
    private static ModelAgent alice;

    @BeforeAll
    static void start() throws Exception {
        openai = FakeModelServer.start();
        anthropic = FakeModelServer.start();
        gateway = ModelGateways.in(folder, openai, anthropic)
                .limits("{auth_failures_per_minute: 0}")
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        openai.clearRequests();
        anthropic.clearRequests();
        openai.on("/chat/completions", turn -> turn.answer(200, CHAT_ANSWER, "x-request-id: req_77"));
        anthropic.on("/messages", turn -> turn.answer(200, MESSAGE_ANSWER, "request-id: req_88"));
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(openai.failures()).isEmpty();
        assertThat(anthropic.failures()).isEmpty();
    }

    private static void nothingWasSent() {
        assertThat(openai.requests()).isEmpty();
        assertThat(anthropic.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/openai/v1/chat/completions"})
    void aChatCompletionPassesThroughButForItsModel(String path) {
        WireAnswer answer = alice.ask(alice.post(path, CHAT));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(CHAT_ANSWER);
        assertThat(answer.header("Content-Type")).contains("application/json");
        RawRequest sent = openai.request();
        assertThat(sent.line()).isEqualTo("POST /v1/chat/completions HTTP/1.1");
        assertThat(sent.text()).isEqualTo(CHAT.replace("\"gpt\"", "\"acme-large-1\""));
    }

    @Test
    void aGatewayOfModelsAloneIsReady() {
        assertThat(gateway.admin("/readyz").text()).contains("\"ready\":true");
        assertThat(gateway.admin("/readyz").status()).isEqualTo(200);
    }

    @Test
    void aPathWithoutItsVersionAndAnotherMethodSayWhatIsServed() {
        WireAnswer path = alice.ask(alice.post("/openai/chat/completions", CHAT));
        WireAnswer method = alice.ask(alice.get("/v1/chat/completions"));

        assertThat(path.status()).isEqualTo(404);
        assertThat(path.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(path.json().at("/error/message").asString())
                .isEqualTo("There is nothing at this path: did you mean /openai/v1/chat/completions?");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("Allow")).contains("POST");
        assertThat(method.json().at("/error/message").asString())
                .isEqualTo("At this path other HTTP methods are served: POST");
        assertThat(method.json().has("jsonrpc")).isFalse();
        nothingWasSent();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /v1/message,               /error/type,   invalid_request_error
            /v1/messages/batch,        /error/type,   not_found_error
            /anthropic/v1/models/a/b,  /error/type,   not_found_error
            /v1beta/models/a/b,        /error/status, NOT_FOUND
            /gemini/nothing,           /error/status, NOT_FOUND
            /chat/completions,         /error/type,   invalid_request_error
            /messages,                 /error/type,   not_found_error
            /models,                   /jsonrpc,      2.0
            /model,                    /jsonrpc,      2.0
            /mcp/nothing,              /jsonrpc,      2.0
            """)
    void whereNothingIsTheErrorHasTheShapeOfTheProtocolThatIsSpokenThere(String path, String pointer, String word) {
        WireAnswer answer = alice.ask(alice.post(path, CHAT));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at(pointer).asString()).isEqualTo(word);
        assertThat(answer.header("Content-Type")).contains("application/json");
    }

    @Test
    void whatAnthropicsClientsAskForIsRefusedInTheirShape() {
        WireAnswer answer = alice.ask(alice.anthropic("/v1/files", MESSAGES));
        WireAnswer method = alice.ask(alice.get("/v1/messages"));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at("/type").asString()).isEqualTo("error");
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.json().at("/type").asString()).isEqualTo("error");
        assertThat(method.header("Allow")).contains("POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/messages", "/anthropic/v1/messages", "/anthropic/v1/messages?beta=true"})
    void aMessagePassesThroughButForItsModel(String path) {
        WireAnswer answer = alice.ask(alice.anthropic(path, MESSAGES));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(MESSAGE_ANSWER);
        assertThat(answer.header("request-id")).contains("req_88");
        RawRequest sent = anthropic.request();
        assertThat(sent.line()).isEqualTo("POST /v1/messages HTTP/1.1");
        assertThat(sent.text()).isEqualTo(MESSAGES.replace("\"claude\"", "\"other-sonnet-9\""));
        assertThat(sent.header("anthropic-version")).contains("2023-06-01");
    }

    @Test
    void theProviderGetsTheGatewaysKeyAndNothingElseOfTheAgent() {
        alice.ask(alice.post("/v1/chat/completions", CHAT)
                .plus("Cookie", "a=b")
                .plus("OpenAI-Organization", "org-agents")
                .plus("X-Forwarded-For", "192.0.2.1")
                .plus("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .plus("Idempotency-Key", "once-1"));

        RawRequest sent = openai.request();
        assertThat(sent.header("Authorization")).contains("Bearer " + ModelGateways.OPENAI_KEY);
        assertThat(sent.headers())
                .extracting(header -> header.getKey().toLowerCase(java.util.Locale.ROOT))
                .containsExactlyInAnyOrder(
                        "host",
                        "accept-encoding",
                        "content-length",
                        "accept",
                        "content-type",
                        "idempotency-key",
                        "authorization");
    }

    @Test
    void onlyListedBetasAreAskedForAndTheKeyIsAnthropics() {
        WireAnswer answer = alice.ask(
                alice.anthropic("/v1/messages", MESSAGES).plus("anthropic-beta", "good-beta, code-execution"));

        assertThat(answer.header("x-gateway-dropped")).contains("anthropic-beta=code-execution");
        RawRequest sent = anthropic.request();
        assertThat(sent.header("anthropic-beta")).contains("good-beta");
        assertThat(sent.header("x-api-key")).contains(ModelGateways.ANTHROPIC_KEY);
        assertThat(sent.header("authorization")).isEmpty();
    }

    @Test
    void theAnswerSaysWhatItIs() {
        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.header("x-request-id")).contains("req_77");
        assertThat(answer.header("x-gateway-served-model")).contains("acme-large-1-0611");
        assertThat(answer.header("x-gateway-attempts")).contains("1");
        assertThat(answer.header("x-gateway-dropped")).isEmpty();
        assertThat(answer.header("x-gateway-call-id"))
                .contains(gateway.newRecords(2).getFirst().text("call"));
    }

    @Test
    void intentAndOutcomeAreRecordedWithBothNamesAndTheTokens() {
        alice.chat(CHAT);

        List<AuditRecord> records = gateway.newRecords(2);
        AuditRecord intent = records.getFirst();
        assertThat(intent.text("ev")).isEqualTo("llm.call.intent");
        assertThat(intent.text("model.alias")).isEqualTo("gpt");
        assertThat(intent.text("model.provider")).isEqualTo("acme");
        assertThat(intent.text("model.name")).isEqualTo("acme-large-1");
        assertThat(intent.text("model.operation")).isEqualTo("chat");
        assertThat(intent.json()).contains("\"rules\":[{\"id\":\"support-may-ask\"}]");
        AuditRecord outcome = records.getLast();
        assertThat(outcome.text("ev")).isEqualTo("llm.call.outcome");
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.text("model.served")).isEqualTo("acme-large-1-0611");
        assertThat(outcome.text("model.finish")).isEqualTo("stop");
        assertThat(outcome.json())
                .contains("\"usage\":{\"input\":100,\"cache_read\":60,\"cache_write\":0,\"cache_write_1h\":0,"
                        + "\"output\":12,\"reasoning\":4}");
    }

    @Test
    void anthropicsInputCountsWhatItsCacheHolds() {
        alice.ask(alice.anthropic("/v1/messages", MESSAGES));

        assertThat(gateway.newRecords(2).getLast().json())
                .contains("\"usage\":{\"input\":90,\"cache_read\":60,\"cache_write\":20,\"cache_write_1h\":5,"
                        + "\"output\":12,\"reasoning\":0}");
    }

    @Test
    void aRequestHasAsManyValuesAsItsKindMayNeed() {
        openai.on(
                "/embeddings",
                turn -> turn.whole("{\"data\":[],\"model\":\"e\",\"usage\":{\"prompt_tokens\":3,\"total_tokens\":3}}"));
        String many = "[" + "1,".repeat(300_000) + "1]";

        assertThat(alice.ask(alice.post("/v1/embeddings", "{\"model\":\"gpt\",\"input\":" + many + "}"))
                        .status())
                .isEqualTo(200);
        WireAnswer refused = alice.chat("{\"model\":\"gpt\",\"messages\":" + many + "}");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("more than 262144 values");
    }

    /** Of a heap of 512 MB a hundred such lengths would take 1.6 GB. */
    @Test
    void aLengthThatIsOnlySaidTakesNoMemory() throws Exception {
        List<WireClient> saying = new ArrayList<>();
        try {
            WireRequest request = alice.post("/v1/chat/completions", "{");
            for (int i = 0; i < 100; i++) {
                WireClient client = gateway.connect();
                saying.add(client);
                client.send(request.with("Content-Length", "16777216").bytes());
            }

            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
            for (WireClient client : saying) {
                assertThat(client.socket().getInputStream().available())
                        .as("it is waited for")
                        .isZero();
            }
        } finally {
            for (WireClient client : saying) {
                client.close();
            }
        }
    }

    @Test
    void embeddingsAndResponsesAndCountsPassThrough() {
        openai.on(
                "/embeddings",
                turn -> turn.whole(
                        "{\"data\":[{\"embedding\":\"AAAA\"}],\"model\":\"e\",\"usage\":{\"prompt_tokens\":3,"
                                + "\"total_tokens\":3}}"));
        openai.on(
                "/responses",
                turn -> turn.whole("{\"model\":\"r\",\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":"
                        + "\"max_output_tokens\"},\"output\":[],\"usage\":{\"input_tokens\":5,\"output_tokens\":6,"
                        + "\"output_tokens_details\":{\"reasoning_tokens\":6}}}"));
        anthropic.on("/messages/count_tokens", turn -> turn.whole("{\"input_tokens\":14}"));

        assertThat(alice.ask(alice.post("/v1/embeddings", "{\"model\":\"gpt\",\"input\":[1,2]}"))
                        .text())
                .contains("AAAA");
        assertThat(gateway.newRecords(2).getLast().json())
                .contains("\"operation\":\"embeddings\"", "\"input\":3,", "\"output\":0,");
        assertThat(alice.ask(alice.post("/v1/responses", "{\"model\":\"gpt\",\"input\":\"x\"}"))
                        .status())
                .isEqualTo(200);
        assertThat(gateway.newRecords(2).getLast().json())
                .contains("\"finish\":\"max_output_tokens\"", "\"input\":5,", "\"reasoning\":6");
        assertThat(alice.ask(alice.anthropic("/v1/messages/count_tokens", MESSAGES))
                        .text())
                .isEqualTo("{\"input_tokens\":14}");
        assertThat(gateway.newRecords(2).getLast().json()).doesNotContain("\"usage\"");
    }

    @Test
    void aForbiddenModelAnswersByteForByteLikeAnUnknownOne() {
        WireAnswer secret = alice.chat("{\"model\":\"secret\"}");
        WireAnswer unknown = alice.chat("{\"model\":\"nobody\"}");
        WireAnswer permitted = alice.chat("{\"model\":\"gone\"}");

        assertThat(List.of(secret.status(), unknown.status(), permitted.status()))
                .containsOnly(404);
        assertThat(secret.text())
                .isEqualTo(unknown.text())
                .isEqualTo(permitted.text())
                .isEqualTo("{\"error\":{\"message\":\"The model does not exist or is not yours to use. "
                        + "The list of models has those that are.\","
                        + "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"model_not_found\"}}");
        assertThat(names(secret)).isEqualTo(names(unknown)).isEqualTo(names(permitted));
        assertThat(gateway.newRecords(3))
                .extracting(found -> found.text("ev") + " " + found.text("detail.stage") + " "
                        + found.text("detail.reason") + " " + found.text("model.alias"))
                .containsExactly(
                        "llm.call.denied LOCATE model_hidden secret",
                        "llm.call.denied LOCATE unknown_model nobody",
                        "llm.call.denied LOCATE unknown_model gone");
        nothingWasSent();
    }

    private static List<String> names(WireAnswer answer) {
        return answer.headers().stream().map(header -> header.getKey()).toList();
    }

    @Test
    void aRefusalHasTheShapeOfItsProtocol() {
        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", "{\"model\":\"secret\"}"));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().at("/type").asString()).isEqualTo("error");
        assertThat(answer.json().at("/error/type").asString()).isEqualTo("not_found_error");
        assertThat(answer.json().at("/request_id").asString()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Model", "MODEL", "Tools", "Max_Tokens", "\u017ftream"})
    void aMemberThatAnotherParserWouldTakeForOneThatIsReadIsRefused(String name) {
        WireAnswer answer = ModelAgent.of(gateway).chat(CHAT.replaceFirst("\\{", "{\"" + name + "\":\"x\","));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("must be written in lower case");
        nothingWasSent();
    }

    @Test
    void aForbidWinsOverThePermit() {
        assertThat(ModelAgent.of(gateway, "mallory").chat(CHAT).status()).isEqualTo(404);
        nothingWasSent();
    }

    @Test
    void whatIsNotTranslatedIsNotServedAtAModelOfAnotherProtocol() {
        WireAnswer embeddings = alice.ask(alice.post("/v1/embeddings", "{\"model\":\"claude\",\"input\":\"x\"}"));
        WireAnswer count = alice.ask(alice.anthropic("/v1/messages/count_tokens", "{\"model\":\"gpt\"}"));

        assertThat(embeddings.status()).isEqualTo(400);
        assertThat(embeddings.json().at("/error/code").asString()).isEqualTo("model_not_here");
        assertThat(embeddings.json().at("/error/message").asString()).contains("not translated");
        assertThat(count.status()).isEqualTo(400);
        assertThat(count.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        nothingWasSent();
    }

    @Test
    void aStrangerLearnsNothing() {
        for (WireRequest request : List.of(
                alice.plain("POST", "/v1/chat/completions")
                        .plus("Content-Type", "application/json")
                        .body(CHAT),
                alice.plain("POST", "/v1/messages")
                        .plus("x-api-key", "made-up")
                        .plus("Content-Type", "application/json")
                        .body(MESSAGES),
                alice.plain("GET", "/v1/models"),
                alice.plain("GET", "/v1/models/gpt"),
                alice.plain("GET", "/v1/models/nobody"),
                // a token for the tools of a view is none for models
                alice.plain("GET", "/v1/models").plus("Authorization", "Bearer " + gateway.token()))) {
            WireAnswer answer = alice.ask(request);

            assertThat(answer.status()).as(request.toString()).isEqualTo(401);
            assertThat(answer.headers("WWW-Authenticate")).isNotEmpty();
            assertThat(answer.text()).doesNotContain("gpt", "claude");
        }
        nothingWasSent();
    }

    @Test
    void twoCredentialsThatDifferAreRefusedAndTwoThatDoNotAreOne() {
        WireRequest both = alice.post("/v1/chat/completions", CHAT);

        WireAnswer differing = alice.ask(both.plus("x-api-key", ModelAgent.token(gateway, "bob")));
        WireAnswer malformed = alice.ask(both.plus("x-api-key", "no blanks in tokens"));

        assertThat(differing.status()).isEqualTo(401);
        assertThat(differing.json().at("/error/code").asString()).isEqualTo("invalid_api_key");
        assertThat(malformed.status()).isEqualTo(401);
        nothingWasSent();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"model":"gpt","model":"claude"} | 400 | not_json
            {"model":7} | 400 | bad_model_request
            {"messages":[]} | 400 | bad_model_request
            ["model"] | 400 | bad_model_request
            {"model":"gpt","stream":"yes"} | 400 | bad_model_request
            {"model":"gpt" | 400 | not_json
            {"model":""} | 404 | model_not_found
            """)
    void whatCannotBeReadIsRefused(String body, int status, String code) {
        WireAnswer answer = alice.chat(body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo(code);
        nothingWasSent();
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() {
        WireAnswer answer = alice.ask(alice.post("/v1/chat/completions", CHAT).with("Content-Type", "text/plain"));

        assertThat(answer.status()).isEqualTo(415);
        nothingWasSent();
    }

    @Test
    void aProvidersRefusalIsTheAgentsToReadWithoutTheKey() {
        openai.on(
                "/chat/completions",
                turn -> turn.answer(
                        400,
                        "{\"error\":{\"message\":\"bad temperature, key " + ModelGateways.OPENAI_KEY
                                + " sk-abc***9876\",\"code\":\"x\"}}"));

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .isEqualTo("{\"error\":{\"message\":\"bad temperature, key *** ***\",\"code\":\"x\"}}");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("protocol_error");
        assertThat(outcome.json()).contains("\"upstream_status\":400");
    }

    @Test
    void tooManyRequestsPassOnWithTheTimeToWait() {
        openai.on(
                "/chat/completions",
                turn -> turn.answer(
                        429,
                        "{\"error\":{\"message\":\"slow down\"}}",
                        "retry-after: 7",
                        "x-ratelimit-remaining-requests: 0"));

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).contains("7");
        assertThat(answer.header("x-ratelimit-remaining-requests")).isEmpty();
        assertThat(answer.json().at("/error/message").asString()).isEqualTo("slow down");
    }

    @Test
    void aRefusedKeyIsTheGatewaysAffair() {
        openai.on(
                "/chat/completions",
                turn -> turn.answer(401, "{\"error\":{\"message\":\"Incorrect API key provided: sk-up*****0001\"}}"));

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).doesNotContain("API key", "sk-");
        assertThat(gateway.newRecords(2).getLast().text("outcome.error")).isEqualTo("credential_unavailable");
    }

    @ParameterizedTest
    @CsvSource({"text/html,<html>", "application/json,{\"a\":", "application/json,\"\"\"\""})
    void anAnswerThatIsNoneIsNotPassedOn(String type, String body) {
        openai.on("/chat/completions", turn -> turn.connection().answer(200, type, body));

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("provider_error");
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("malformed");
    }

    @ParameterizedTest
    @CsvSource({
        "400, text/plain, no, 400, provider_refused",
        "400, application/json, [], 400, provider_refused",
        "404, text/html, <html>words</html>, 404, not_found",
        "413, text/html, <html>words</html>, 413, request_too_large",
        "422, application/json, <html>words</html>, 422, provider_refused",
        "429, text/plain, words, 429, rate_limit_exceeded",
        "401, text/html, <html>words</html>, 502, provider_unavailable",
        "403, text/html, <html>words</html>, 502, provider_unavailable",
        "402, text/html, <html>words</html>, 502, provider_error",
        "407, text/html, <html>words</html>, 502, provider_error",
        "408, text/html, <html>words</html>, 502, provider_error",
        "424, text/html, <html>words</html>, 502, provider_error",
        "503, text/html, <html>words</html>, 502, provider_error"
    })
    void aRefusalInWordsThatCannotBePassedOnKeepsItsStatusWhereThatIsTheAgents(
            int status, String type, String body, int told, String code) {
        openai.on("/chat/completions", turn -> turn.connection().answer(status, type, body));

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(told);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo(code);
        assertThat(answer.json().at("/error/message").asString()).isNotEmpty();
        assertThat(answer.text()).doesNotContain("html", "words");
        assertThat(gateway.newRecords(2).getLast().json()).contains("\"upstream_status\":" + status);
    }

    @Test
    void aRefusalInWordsThatCannotBePassedOnIsToldInTheAgentsProtocolWithThePause() {
        anthropic.on("/messages", turn -> turn.answer(429, "[]", "retry-after: 7"));

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", MESSAGES));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("retry-after")).contains("7");
        assertThat(answer.json().at("/type").asString()).isEqualTo("error");
        assertThat(answer.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
        assertThat(answer.json().at("/error/message").asString()).contains("takes no more requests");
    }

    @Test
    void aRedirectIsNotFollowed() {
        openai.on("/chat/completions", turn -> turn.answer(307, "{}", "Location: " + anthropic.url() + "/messages"));

        assertThat(alice.chat(CHAT).status()).isEqualTo(502);
        assertThat(anthropic.requests()).isEmpty();
    }

    @Test
    void aProviderThatIsNotThereIsTold() {
        openai.on("/chat/completions", turn -> turn.cut());

        WireAnswer answer = alice.chat(CHAT);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("provider_unavailable");
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("unreachable");
        assertThat(openai.requests()).as("sent once").hasSize(1);
    }

    @Test
    void theListHoldsWhatTheCallerMayCallAndNoMore() {
        WireAnswer answer = alice.ask(alice.get("/v1/models"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()
                        .at("/data")
                        .valueStream()
                        .map(each -> each.at("/id").asString()))
                .containsExactly("gpt", "claude");
        assertThat(ModelAgent.of(gateway, "mallory")
                        .ask(ModelAgent.of(gateway, "mallory").get("/v1/models"))
                        .json()
                        .at("/data")
                        .size())
                .isZero();
        assertThat(gateway.newRecords(2))
                .allSatisfy(found -> assertThat(found.text("ev")).isEqualTo("models.list"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/anthropic/v1/models", "/anthropic/v1/models?limit=1000"})
    void theListHasAnthropicsShapeForAnthropicsClients(String path) {
        WireAnswer answer = alice.ask(alice.get(path).plus("anthropic-version", "2023-06-01"));

        assertThat(answer.json().at("/first_id").asString()).isEqualTo("gpt");
        assertThat(answer.json().at("/data/1/type").asString()).isEqualTo("model");
        assertThat(answer.json().at("/has_more").asBoolean()).isFalse();
    }

    @Test
    void oneModelIsShownOrUnknown() {
        assertThat(alice.ask(alice.get("/v1/models/gpt")).json().at("/id").asString())
                .isEqualTo("gpt");
        assertThat(alice.ask(alice.get("/v1/models/secret")).text())
                .isEqualTo(alice.ask(alice.get("/v1/models/nobody")).text());
        assertThat(alice.ask(alice.get("/v1/models/secret")).status()).isEqualTo(404);
    }
}
