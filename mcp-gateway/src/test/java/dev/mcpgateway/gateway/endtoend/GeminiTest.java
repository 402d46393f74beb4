package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents that speak Gemini's own protocol, at Gemini: bytes pass through, and a stream is over when it has ended in order. */
class GeminiTest {
    private static final String ASKS =
            "{ \"contents\":[{\"parts\":[{\"text\":\"h\\u00e9\"}],\"role\":\"user\"}],\"x_unknown\":1.50,"
                    + "\"generationConfig\":{\"temperature\":1.0}}";
    private static final String ANSWERS =
            "{\"candidates\": [{\"content\":{\"parts\":[{\"text\":\"hi\",\"thoughtSignature\":\"s==\"}]},\"finishReason\":"
                    + "\"STOP\"}],\"modelVersion\":\"gem-3-001\",\"usageMetadata\":{\"promptTokenCount\":10,"
                    + "\"toolUsePromptTokenCount\":2,\"cachedContentTokenCount\":4,\"candidatesTokenCount\":5,"
                    + "\"thoughtsTokenCount\":3,\"totalTokenCount\":20}}";
    private static final String ONE = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"h\"}]}}]}";
    private static final String AFTER = "{\"candidates\":[{\"groundingMetadata\":{}}]}";
    private static final String WHOLE_PATH = "/models/gem-3:generateContent";
    private static final String STREAM_PATH = "/models/gem-3:streamGenerateContent?alt=sse";

    @TempDir
    static Path folder;

    private static FakeModelServer provider;
    private static TestGateway gateway;
    private static ModelAgent alice;

    @BeforeAll
    static void start() throws Exception {
        provider = FakeModelServer.start();
        gateway = ModelGateways.ofAllKinds(folder, provider, "")
                .limits("{auth_failures_per_minute: 0}")
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        provider.clearRequests();
        provider.on(WHOLE_PATH, turn -> turn.whole(ANSWERS));
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(provider.failures()).isEmpty();
    }

    private static WireRequest asks(String path) {
        return alice.plain("POST", path)
                .plus("x-goog-api-key", ModelAgent.token(gateway, "alice"))
                .plus("Content-Type", "application/json")
                .body(ASKS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/gemini"})
    void everyByteOfRequestAndAnswerPassesThrough(String prefix) {
        WireAnswer answer = alice.ask(asks(prefix + "/v1beta/models/gem:generateContent"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(ANSWERS);
        assertThat(answer.header("x-gateway-served-model")).contains("gem-3-001");
        RawRequest sent = provider.request();
        assertThat(sent.line()).isEqualTo("POST /v1" + WHOLE_PATH + " HTTP/1.1");
        assertThat(sent.text()).isEqualTo(ASKS);
        assertThat(sent.header("x-goog-api-key")).contains("sk-upstream-google");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("model.alias")).isEqualTo("gem");
        assertThat(outcome.text("model.operation")).isEqualTo("generate_content");
        assertThat(outcome.text("model.finish")).isEqualTo("STOP");
        assertThat(outcome.json())
                .contains("\"usage\":{\"input\":12,\"cache_read\":4,\"cache_write\":0,\"cache_write_1h\":0,"
                        + "\"output\":8,\"reasoning\":3}");
    }

    @Test
    void aStreamThatEndsInOrderIsCompleteWhateverItsLastEventHolds() {
        provider.on(
                STREAM_PATH,
                turn -> turn.begin().data(ONE).data(ANSWERS).data(AFTER).end());

        WireAnswer answer = alice.ask(asks("/v1beta/models/gem:streamGenerateContent?alt=sse"));

        assertThat(answer.text()).isEqualTo("data: " + ONE + "\n\ndata: " + ANSWERS + "\n\ndata: " + AFTER + "\n\n");
        assertThat(provider.request().text()).isEqualTo(ASKS);
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.json()).contains("\"stream\":true", "\"input\":12,", "\"output\":8,");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStreamThatBreaksOffEndsInAnError(boolean afterTheReason) {
        provider.on(STREAM_PATH, turn -> {
            turn.begin().data(ONE);
            if (afterTheReason) {
                turn.data(ANSWERS).cut();
            } else {
                turn.end();
            }
        });

        WireAnswer answer = alice.ask(asks("/v1beta/models/gem:streamGenerateContent?alt=sse"));

        assertThat(answer.text())
                .startsWith("data: " + ONE + "\n\ndata: {\"error\":{\"code\":502,")
                .contains("\"status\":\"INTERNAL\"")
                .doesNotContain("STOP");
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("unreachable");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1beta/models/gpt:generateContent, 400, INVALID_ARGUMENT",
        "/v1beta/models/nobody:generateContent, 404, NOT_FOUND",
        "/v1beta/models/secret:generateContent, 404, NOT_FOUND",
        "/v1beta/models/gem:countTokens, 400, INVALID_ARGUMENT",
        "/v1beta/models/gem, 400, INVALID_ARGUMENT",
        "/v1beta/models/gem:streamGenerateContent, 400, INVALID_ARGUMENT",
        "/v1beta/models/gem:streamGenerateContent?alt=json, 400, INVALID_ARGUMENT"
    })
    void whatIsNotServedIsRefusedInGooglesShape(String path, int status, String word) {
        WireAnswer answer = alice.ask(asks(path));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(status);
        assertThat(answer.json().at("/error/status").asString()).isEqualTo(word);
        assertThat(answer.json().at("/error/message").asString()).isNotEmpty();
        assertThat(provider.requests()).isEmpty();
    }

    @Test
    void googlesErrorsPassThroughWithoutTheKey() {
        String error = "{\"error\":{\"code\":400,\"message\":\"API key AIzaSyA-0123456789 is bad\",\"status\":\"X\"}}";
        provider.on(WHOLE_PATH, turn -> turn.answer(400, error));

        WireAnswer answer = alice.ask(asks("/v1beta/models/gem:generateContent"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).isEqualTo(error.replace("AIzaSyA-0123456789", "***"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"generation_config\":{\"response_logprobs\":true}}",
                "{\"generationConfig\":{\"maxOutputTokens\":1,\"max_output_tokens\":65536}}"
            })
    void theSpellingThatIsNotReadIsRefused(String body) {
        WireAnswer answer = alice.ask(asks("/v1beta/models/gem:generateContent").body(body));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("generationConfig");
        assertThat(provider.requests()).isEmpty();
    }

    @Test
    void twoKeysThatDifferAreNone() {
        WireRequest request = asks("/v1beta/models/gem:generateContent");
        String other = "Bearer " + ModelAgent.token(gateway, "bob");

        assertThat(alice.ask(request.plus("Authorization", other)).status()).isEqualTo(401);
        assertThat(alice.ask(request.plus("x-api-key", ModelAgent.token(gateway, "alice")))
                        .status())
                .isEqualTo(400);
        assertThat(alice.ask(alice.plain("POST", "/v1beta/models/gem:generateContent")
                                .plus("Content-Type", "application/json")
                                .body(ASKS))
                        .json()
                        .at("/error/status")
                        .asString())
                .isEqualTo("UNAUTHENTICATED");
        assertThat(provider.requests()).isEmpty();
    }

    @Test
    void theListHasWhatGeminisAgentsMayCall() {
        assertThat(alice.ask(alice.get("/v1beta/models")).text())
                .isEqualTo("{\"models\":[{\"name\":\"models/gem\",\"displayName\":\"gem\","
                        + "\"supportedGenerationMethods\":[\"generateContent\"]}]}");
        assertThat(alice.ask(alice.get("/gemini/v1beta/models/gem"))
                        .json()
                        .at("/name")
                        .asString())
                .isEqualTo("models/gem");
        assertThat(alice.ask(alice.get("/v1beta/models/gpt")).status()).isEqualTo(404);
    }
}
