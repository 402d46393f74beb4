package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.BedrockFrame;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents of all protocols at a model on Bedrock that is not Anthropic's, beside one that is. */
class ConverseModelsTest {
    private static final String ID = ModelGateways.AWS_ID;
    private static final String SECRET = ModelGateways.AWS_SECRET;
    private static final String NOVA = "/model/eu.amazon.nova-x-v1%3A0";
    private static final String USAGE = "\"usage\":{\"inputTokens\":40,\"outputTokens\":12,\"totalTokens\":119,"
            + "\"cacheReadInputTokens\":60,\"cacheWriteInputTokens\":7}";
    private static final String WHOLE = "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":"
            + "\"hi there\"}]}},\"stopReason\":\"end_turn\",\"metrics\":{\"latencyMs\":8}," + USAGE + "}";

    /** 40 × 800 + 60 × 200 + 7 × 1000 + 12 × 3200 nano-USD. */
    private static final long COST = 89_400;

    @TempDir
    static Path folder;

    private static FakeModelServer bedrock;
    private static TestGateway gateway;
    private static ModelAgent alice;

    /** How an agent asks, and what it reads. */
    enum Ingress {
        CHAT(
                "/v1/chat/completions",
                "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":50",
                "[DONE]"),
        MESSAGES(
                "/v1/messages",
                "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":50",
                "event: message_stop"),
        RESPONSES("/v1/responses", "\"input\":\"hi\",\"max_output_tokens\":50", "event: response.completed");

        private final String path;
        private final String asks;
        private final String end;

        Ingress(String path, String asks, String end) {
            this.path = path;
            this.asks = asks;
            this.end = end;
        }

        WireAnswer ask(String alias, String more) {
            String body = "{\"model\":\"" + alias + "\"," + asks + more + "}";
            return alice.ask(this == MESSAGES ? alice.anthropic(path, body) : alice.post(path, body));
        }

        String text(WireAnswer answer) {
            return answer.json()
                    .at(
                            switch (this) {
                                case CHAT -> "/choices/0/message/content";
                                case MESSAGES -> "/content/0/text";
                                case RESPONSES -> "/output/0/content/0/text";
                            })
                    .asString();
        }

        List<String> counts() {
            return switch (this) {
                case CHAT -> List.of("\"prompt_tokens\":107", "\"completion_tokens\":12", "\"cached_tokens\":60");
                case MESSAGES ->
                    List.of(
                            "\"input_tokens\":40",
                            "\"cache_read_input_tokens\":60",
                            "\"cache_creation_input_tokens\":7");
                case RESPONSES -> List.of("\"input_tokens\":107", "\"output_tokens\":12", "\"cached_tokens\":60");
            };
        }
    }

    @BeforeAll
    static void start() throws Exception {
        bedrock = FakeModelServer.start();
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("prices.yaml"), """
                version: 1
                prices:
                  - {provider: aws, model: "eu.amazon.nova*", effective_from: "2020-01-01", per_million_tokens:
                     {input: "0.8", cache_read: "0.2", cache_write: "1", output: "3.2"}}
                  - {provider: aws, model: "*", effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "1"}}
                """);
        gateway = TestGateway.in(folder)
                .policy(ModelGateways.ALLOW.replace("\"model:gone\"", "\"model:gone\", \"model:strict\""))
                .section("models", """

                  providers:
                    aws:
                      kind: bedrock
                      base_url: "%1$s"
                      credential: %2$s
                    careful:
                      kind: bedrock
                      base_url: "%1$s"
                      credential: %2$s
                      translation: {losses: refuse, features: [cache_points]}
                  aliases:
                    gpt: {targets: [{provider: aws, model: "eu.amazon.nova-x-v1:0"}]}
                    claude: {targets: [{provider: aws, model: "eu.anthropic.claude-x-v1:0"}]}
                    strict: {targets: [{provider: careful, model: "eu.amazon.nova-x-v1:0"}]}
                  prices: {file: prices.yaml}
                """.formatted(bedrock.url().resolve("/"), ModelGateways.aws(folder, "")))
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        bedrock.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        bedrock.clearRequests();
        bedrock.on(NOVA + "/converse", turn -> turn.answer(200, WHOLE, "x-amzn-requestid: r-1"));
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(bedrock.failures()).isEmpty();
    }

    private static void events(ModelTurn turn, String... events) throws IOException {
        turn.beginAs(BedrockFrame.CONTENT_TYPE, "x-amzn-requestid: r-2");
        for (String event : events) {
            String[] parts = event.split(" ", 2);
            turn.raw(BedrockFrame.event(parts[0], parts[1]));
        }
    }

    private static final String[] STREAM = {
        "initial-response {}",
        "messageStart {\"role\":\"assistant\"}",
        "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"hi \"}}",
        "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"there\"}}",
        "contentBlockStop {\"contentBlockIndex\":0}",
        "messageStop {\"stopReason\":\"end_turn\"}",
        "newEvent {\"stopReason\":\"x\"}",
        "metadata {\"metrics\":{\"latencyMs\":8}," + USAGE + "}"
    };

    private static void isBilled(AuditRecord outcome) {
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.text("model.finish")).isEqualTo("end_turn");
        assertThat(outcome.text("model.served")).isEqualTo("eu.amazon.nova-x-v1:0");
        assertThat(outcome.json()).contains("\"input\":107,\"cache_read\":60,", "\"output\":12,");
        assertThat(outcome.fields().at("/model/cost_nano_usd").asLong(-1)).isEqualTo(COST);
        assertThat(outcome.text("model.cost_estimated")).isEqualTo("false");
    }

    @ParameterizedTest
    @EnumSource(Ingress.class)
    void aQuestionIsAskedOverConverseWithASignature(Ingress ingress) {
        WireAnswer answer = ingress.ask("gpt", ",\"temperature\":0.5");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(ingress.text(answer)).isEqualTo("hi there");
        assertThat(answer.text()).contains(ingress.counts());
        assertThat(answer.header("x-gateway-served-model")).contains("eu.amazon.nova-x-v1:0");
        RawRequest sent = bedrock.request();
        assertThat(sent.line()).isEqualTo("POST " + NOVA + "/converse HTTP/1.1");
        assertThat(sent.text())
                .isEqualTo("{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}],"
                        + "\"inferenceConfig\":{\"maxTokens\":50,\"temperature\":0.5}}");
        AwsSignature signature = AwsSignature.of(sent);
        assertThat(signature.scope()).endsWith("/eu-central-1/bedrock/aws4_request");
        assertThat(signature.isGood(sent, SECRET)).isTrue();
        isBilled(gateway.newRecords(2).getLast());
    }

    @ParameterizedTest
    @EnumSource(Ingress.class)
    void aStreamOfFramesIsOneOfTheAgentsProtocol(Ingress ingress) {
        bedrock.on(NOVA + "/converse-stream", turn -> {
            events(turn, STREAM);
            turn.end();
        });

        WireAnswer answer = ingress.ask(
                "gpt",
                ",\"stream\":true" + (ingress == Ingress.CHAT ? ",\"stream_options\":{\"include_usage\":true}" : ""));

        assertThat(answer.header("Content-Type")).contains("text/event-stream");
        assertThat(answer.text())
                .contains("\"hi \"", "\"there\"")
                .contains(ingress.counts())
                .contains(ingress.end);
        assertThat(bedrock.request().header("accept")).contains(BedrockFrame.CONTENT_TYPE);
        assertThat(AwsSignature.of(bedrock.request()).isGood(bedrock.request(), SECRET))
                .isTrue();
        assertThat(bedrock.request().text()).doesNotContain("stream");
        isBilled(gateway.newRecords(2).getLast());
    }

    @Test
    void anAnthropicsModelOfTheSameProviderIsInvokedAsItIs() {
        String body = "{\"model\":\"claude\",\"max_tokens\":5,\"x_new\":1,\"messages\":[]}";
        bedrock.on(
                "/model/eu.anthropic.claude-x-v1%3A0/invoke",
                turn -> turn.whole(
                        "{\"id\":\"m\",\"model\":\"claude-x\",\"content\":[],\"stop_reason\":\"end_turn\"}"));

        assertThat(alice.ask(alice.anthropic("/v1/messages", body)).status()).isEqualTo(200);
        assertThat(bedrock.request().text()).contains("\"x_new\":1", "\"anthropic_version\"");
    }

    @Test
    void whatConverseCannotSayIsToldOrRefused() {
        String cached =
                "{\"model\":\"%s\",\"max_tokens\":5,\"top_logprobs\":0,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                        + "\"text\",\"text\":\"hi\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}";

        WireAnswer told = alice.ask(alice.anthropic("/v1/messages", cached.formatted("gpt")));
        assertThat(told.header("x-gateway-dropped").orElse(""))
                .contains("/messages/0/content/0/cache_control", "/top_logprobs");
        assertThat(bedrock.request().text()).doesNotContain("cache", "logprobs");

        bedrock.clearRequests();
        WireAnswer refused = alice.ask(alice.anthropic("/v1/messages", cached.formatted("strict")));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.text()).contains("/top_logprobs");
        assertThat(bedrock.requests()).isEmpty();

        alice.ask(alice.anthropic(
                "/v1/messages", cached.replace("\"top_logprobs\":0,", "").formatted("strict")));
        assertThat(bedrock.request().text()).contains("{\"cachePoint\":{\"type\":\"default\"}}");
    }

    @ParameterizedTest
    @CsvSource({
        "ThrottlingException, 429, 429, rate_limit_error, rate limit",
        "ValidationException, 400, 400, invalid_request_error, did not accept",
        "AccessDeniedException, 403, 502, api_error, cannot be reached",
        "UnrecognizedClientException, 403, 502, api_error, ''",
        "ServiceUnavailableException, 503, 503, overloaded_error, overloaded",
        "ModelTimeoutException, 408, 504, timeout_error, did not answer in time",
        "ModelErrorException, 424, 502, api_error, ''"
    })
    void anErrorHasTheAgentsShapeAndNoneOfAwssWords(String name, int status, int answered, String type, String says) {
        bedrock.on(
                NOVA + "/converse",
                turn -> turn.answer(status, "{\"message\":\"reasons of " + ID + "\"}", "x-amzn-errortype: " + name));

        WireAnswer answer = Ingress.MESSAGES.ask("gpt", "");

        assertThat(answer.status()).isEqualTo(answered);
        assertThat(answer.json().at("/error/type").asString()).isEqualTo(type);
        assertThat(answer.json().at("/error/message").asString()).contains(says);
        assertThat(answer.text()).doesNotContain(ID, "reasons of");
    }

    @Test
    void aPromptThatIsTooLongIsSaidToBe() {
        bedrock.on(
                NOVA + "/converse",
                turn -> turn.answer(
                        400,
                        "{\"message\":\"Input Tokens Exceeded: Number of input tokens exceeds maximum length.\"}",
                        "x-amzn-errortype: ValidationException"));

        WireAnswer answer = Ingress.CHAT.ask("gpt", "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("context_length_exceeded");
    }

    @Test
    void anExceptionInTheFirstPlaceIsAnErrorAndNoStream() {
        bedrock.on(NOVA + "/converse-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE);
            turn.raw(BedrockFrame.exception("throttlingException", "{\"message\":\"Slow down.\"}"))
                    .end();
        });

        WireAnswer answer = Ingress.MESSAGES.ask("gpt", ",\"stream\":true");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
    }

    @ParameterizedTest
    @CsvSource({
        "throttlingException, The model provider's rate limit is reached.",
        "modelStreamErrorException, The model provider failed.",
        "serviceUnavailableException, The model provider is overloaded.",
        "validationException, The model provider did not accept the request."
    })
    void anExceptionInTheMiddleEndsTheStreamWithoutItsSignOfCompletion(String name, String says) {
        bedrock.on(NOVA + "/converse-stream", turn -> {
            events(turn, STREAM[1], STREAM[2]);
            turn.raw(BedrockFrame.exception(name, "{\"message\":\"reasons\"}")).end();
        });

        for (Ingress ingress : Ingress.values()) {
            gateway.skipRecords();
            WireAnswer answer = ingress.ask("gpt", ",\"stream\":true");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).contains("\"hi \"", says).doesNotContain(ingress.end, "reasons");
            assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isNotEqualTo("ok");
        }
    }

    @Test
    void aStreamWithoutItsCountsIsCutShort() {
        bedrock.on(NOVA + "/converse-stream", turn -> {
            events(turn, List.of(STREAM).subList(1, STREAM.length - 1).toArray(String[]::new));
            turn.end();
        });

        WireAnswer answer = Ingress.MESSAGES.ask("gpt", ",\"stream\":true");

        assertThat(answer.text()).contains("event: error").doesNotContain("message_stop");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isNotEqualTo("ok");
        assertThat(outcome.text("model.cost_estimated")).isEqualTo("true");
    }

    @Test
    void tokensOfSuchAModelCannotBeCounted() {
        WireAnswer answer = alice.ask(alice.anthropic(
                "/v1/messages/count_tokens",
                "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));

        assertThat(answer.status()).isBetween(400, 499);
        assertThat(bedrock.requests()).isEmpty();
    }

    @Test
    void noAgentSpeaksConverseItself() {
        for (String path :
                List.of("/v1/model", "/converse/v1/model", "/model/gpt/converse", "/v1/model/gpt/converse")) {
            assertThat(alice.ask(alice.post(path, "{\"messages\":[]}")).status())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(bedrock.requests()).isEmpty();
    }

    @Test
    void whoMayNotCallItSendsNothing() {
        ModelAgent mallory = ModelAgent.of(gateway, "mallory");

        WireAnswer answer = mallory.ask(mallory.post("/v1/chat/completions", "{\"model\":\"gpt\",\"messages\":[]}"));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(bedrock.requests()).isEmpty();
    }
}
