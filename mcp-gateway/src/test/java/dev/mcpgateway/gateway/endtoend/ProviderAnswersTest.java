package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of answers that are none, or not for this agent: who is asked next, who is paid, and what the agent reads. */
class ProviderAnswersTest {
    private static final String SPARE =
            "{\"model\":\"spare\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"from the spare\"},"
                    + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}";
    private static final String BEDROCK = "/model/anthropic.claude-x/invoke";
    private static final String DEEP = "[".repeat(100) + "]".repeat(100);

    @TempDir
    static Path folder;

    private static FakeModelServer provider;
    private static FakeModelServer spare;
    private static TestGateway gateway;
    private static ModelAgent alice;

    @BeforeAll
    static void start() throws Exception {
        provider = FakeModelServer.start();
        spare = FakeModelServer.start();
        Files.createDirectories(folder);
        for (String name : List.of("openai", "anthropic", "google", "azure", "aws")) {
            ModelGateways.secret(folder.resolve(name + ".key"), "sk-upstream-" + name);
        }
        Files.writeString(folder.resolve("prices.yaml"), """
                version: 1
                prices:
                  - {provider: local, model: "*", effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "1"}}
                  - {provider: anthropic, model: "*", effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "1"}}
                """);
        gateway = TestGateway.in(folder)
                .policy(ModelGateways.ALLOW.replaceFirst(
                        "resources: .*", "resources: [\"model:*\"]\n    ack_broad: true"))
                .section("models", """

                  providers:
                    openai: {kind: openai, base_url: "%1$s", credential: {static: {secret: {file: openai.key}}}}
                    anthropic: {kind: anthropic, base_url: "%1$s", credential: {static: {secret: {file: anthropic.key}}}}
                    gemini: {kind: gemini, base_url: "%1$s", credential: {static: {secret: {file: google.key}}}}
                    local: {kind: openai_compatible, base_url: "%1$s", credential: none}
                    azure: {kind: azure_openai, base_url: "%1$s", credential: {static: {secret: {file: azure.key}}}}
                    aws: {kind: bedrock, base_url: "%3$s", credential: {aws: {region: eu-central-1, access_key_id: {file: aws.key}, secret_access_key: {file: aws.key}}}}
                    spare: {kind: openai_compatible, base_url: "%2$s", credential: none}
                  aliases:
                    gpt: {tiers: [{targets: [{provider: openai, model: gpt-x}]}, {targets: [{provider: spare, model: spare}]}]}
                    claude: {tiers: [{targets: [{provider: anthropic, model: claude-x}]}, {targets: [{provider: spare, model: spare}]}]}
                    gem: {tiers: [{targets: [{provider: gemini, model: gem-3}]}, {targets: [{provider: spare, model: spare}]}]}
                    llama: {tiers: [{targets: [{provider: local, model: llama-3}]}, {targets: [{provider: spare, model: spare}]}]}
                    azure: {tiers: [{targets: [{provider: azure, model: gpt-x}]}, {targets: [{provider: spare, model: spare}]}]}
                    rock: {tiers: [{targets: [{provider: aws, model: anthropic.claude-x}]}, {targets: [{provider: spare, model: spare}]}]}
                    alone: {targets: [{provider: anthropic, model: claude-x}]}
                  prices: {file: prices.yaml}
                """.formatted(
                                provider.url(), spare.url(), provider.url().resolve("/")))
                .start();
        alice = ModelAgent.of(gateway);
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
        spare.close();
    }

    @BeforeEach
    void forget() {
        gateway.skipRecords();
        provider.clearRequests();
        spare.clearRequests();
        spare.on("/chat/completions", turn -> turn.whole(SPARE));
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(provider.failures()).isEmpty();
    }

    private static WireAnswer message(String alias, String more) {
        return alice.ask(alice.anthropic(
                "/v1/messages",
                "{\"model\":\"" + alias + "\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                        + more + "}"));
    }

    private static WireAnswer chat(String alias, String more) {
        return alice.chat(
                "{\"model\":\"" + alias + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}");
    }

    private static void isPaidForAndNotAskedForAgain(WireAnswer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(502);
        assertThat(answer.header("x-should-retry")).contains("false");
        assertThat(provider.requests()).hasSize(1);
        assertThat(spare.requests()).isEmpty();
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.error")).isEqualTo("upstream_malformed");
        assertThat(outcome.json()).contains("\"input\":100,", "\"output\":12,", "\"cost_nano_usd\":112000");
        assertThat(outcome.json()).doesNotContain("\"cost_estimated\":true");
    }

    @Test
    void anAnswerThatCannotBeTranslatedIsPaidForAndNotAskedForAgain() {
        provider.on(
                "/chat/completions",
                turn -> turn.whole(
                        "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                                + "\"arguments\":\"{\\\"x\\\":\"}}]},\"finish_reason\":\"tool_calls\"}],"
                                + "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":12}}"));

        WireAnswer answer = message("llama", "");

        isPaidForAndNotAskedForAgain(answer);
        assertThat(answer.json().at("/type").asString()).isEqualTo("error");
        assertThat(answer.json().at("/error/message").asString()).contains("answered", "cannot be passed on");
    }

    @Test
    void anAnswerThatIsNestedTooDeeplyIsPaidForAndNotAskedForAgain() {
        provider.on(
                "/messages",
                turn -> turn.whole(
                        "{\"id\":\"m\",\"type\":\"message\",\"model\":\"m\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t\","
                                + "\"name\":\"f\",\"input\":{\"x\":" + DEEP + "}}],\"stop_reason\":\"tool_use\","
                                + "\"usage\":{\"input_tokens\":100,\"output_tokens\":12}}"));

        isPaidForAndNotAskedForAgain(message("claude", ""));
    }

    @Test
    void aStreamThatCannotBeTranslatedBeforeItsFirstContentIsPaidForAndNotAskedForAgain() {
        provider.on(
                "/messages",
                turn -> turn.begin()
                        .event(
                                "message_start",
                                "{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":100,\"output_tokens\":12}}}")
                        .event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":7}")
                        .end());

        WireAnswer answer = chat("claude", ",\"stream\":true");

        assertThat(answer.status()).as(answer.text()).isEqualTo(502);
        assertThat(provider.requests()).hasSize(1);
        assertThat(spare.requests()).isEmpty();
        assertThat(gateway.newRecords(2).getLast().json()).contains("\"input\":100,", "\"output\":12,");
    }

    @Test
    void aStreamThatCannotBeTranslatedFurtherEndsInTheAgentsErrorAndIsPaidFor() {
        provider.on(
                "/messages",
                turn -> turn.begin()
                        .event(
                                "message_start",
                                "{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":100,\"output_tokens\":1}}}")
                        .event(
                                "content_block_start",
                                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
                        .event(
                                "content_block_delta",
                                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}")
                        .event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":7}")
                        .end());

        WireAnswer answer = chat("claude", ",\"stream\":true");

        assertThat(answer.text()).contains("\"hi\"", "data: {\"error\":").doesNotContain("[DONE]");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("malformed");
        assertThat(outcome.json()).contains("\"input\":100,");
    }

    @Test
    void anErrorInThePlaceOfAnAnswerIsTheProvidersFailureAndTheNextIsAsked() {
        provider.on("/chat/completions", turn -> turn.whole("{\"error\":{\"type\":\"overloaded\",\"message\":\"x\"}}"));

        WireAnswer answer = message("llama", "");

        assertThat(answer.text()).contains("from the spare");
    }

    /** Requests in a provider's own protocol, and the errors that such servers send with status 200. */
    enum ErrorWith200 {
        CHAT(
                "/chat/completions",
                "/v1/chat/completions",
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"error\":{\"message\":\"secret words\",\"code\":502}}"),
        CHAT_IN_A_WORD(
                "/chat/completions",
                "/v1/chat/completions",
                "{\"model\":\"llama\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"error\":\"secret words\"}"),
        RESPONSES(
                "/responses",
                "/v1/responses",
                "{\"model\":\"gpt\",\"input\":\"hi\"}",
                "{\"id\":\"resp_1\",\"status\":\"failed\",\"output\":[],\"error\":{\"code\":\"server_error\",\"message\":\"secret words\"}}"),
        MESSAGES(
                "/messages",
                "/v1/messages",
                "{\"model\":\"claude\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"secret words\"}}");

        private final String path;
        private final String asked;
        private final String request;
        private final String error;

        ErrorWith200(String path, String asked, String request, String error) {
            this.path = path;
            this.asked = asked;
            this.request = request;
            this.error = error;
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorWith200.class)
    void anErrorWithTheStatusOfAnAnswerIsTheProvidersFailureInItsOwnProtocolToo(ErrorWith200 each) {
        provider.on(each.path, turn -> turn.whole(each.error));

        WireAnswer answer = alice.ask(alice.post(each.asked, each.request));

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(answer.text()).contains("from the spare").doesNotContain("secret words");
        assertThat(gateway.newRecords(2).getLast().json())
                .contains("\"kind\":\"fallback\"", "\"reason\":\"provider_error\"");
    }

    @Test
    void anErrorWithTheStatusOfAnAnswerIsNoAnswerWhereNobodyElseIsLeft() {
        provider.on(
                "/messages",
                turn -> turn.whole(
                        "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"key sk-upstream-anthropic\"},"
                                + "\"usage\":{\"input_tokens\":100,\"output_tokens\":12}}"));

        WireAnswer answer = message("alone", "");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.json().at("/error/type").asString()).isEqualTo("api_error");
        assertThat(answer.text()).doesNotContain("sk-upstream");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.error")).isEqualTo("provider_failed");
        assertThat(outcome.json()).as("what is billed is paid").contains("\"cost_nano_usd\":112000");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "{}"})
    void anEmptyErrorBesideAnAnswerIsAnAnswer(String error) {
        String answer = SPARE.replaceFirst("\\{", "{\"error\":" + error + ",");
        provider.on("/chat/completions", turn -> turn.whole(answer));

        assertThat(chat("llama", "").text()).isEqualTo(answer);
        assertThat(message("llama", "").json().at("/content/0/text").asString()).isEqualTo("from the spare");
        assertThat(spare.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "{}"})
    void anEmptyErrorBesideTheEventsOfAStreamIsNone(String error) {
        String more = ",\"error\":" + error + "}";
        provider.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data(
                                "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi there\"}}]"
                                        + more)
                        .data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]" + more)
                        .data("[DONE]")
                        .end());
        provider.on(
                "/models/gem-3:streamGenerateContent?alt=sse",
                turn -> turn.begin()
                        .data(
                                "{\"responseId\":\"r\",\"modelVersion\":\"gem-3\",\"candidates\":[{\"content\":{\"parts\":"
                                        + "[{\"text\":\"hi there\"}]},\"finishReason\":\"STOP\"}]" + more)
                        .end());

        assertThat(chat("llama", ",\"stream\":true").text()).contains("hi there", more, "data: [DONE]");
        assertThat(message("llama", ",\"stream\":true").text()).contains("hi there", "event: message_stop");
        assertThat(chat("gem", ",\"stream\":true").text()).contains("hi there", "data: [DONE]");
        assertThat(spare.requests()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama  | /chat/completions             | {"error":{"type":"invalid_request_error","message":"secret words"}}
            llama  | /chat/completions             | {"error":{"code":"content_filter","message":"secret words"}}
            claude | /messages                     | {"type":"error","error":{"type":"invalid_request_error","message":"secret words"}}
            gem    | /models/gem-3:generateContent | {"error":{"code":400,"status":"INVALID_ARGUMENT","message":"secret words"}}
            """)
    void aFaultOfTheAgentsWithTheStatusOfAnAnswerIsToldAndAskedOfNobodyElse(String alias, String path, String error) {
        provider.on(path, turn -> turn.whole(error));

        WireAnswer message = message(alias, "");
        WireAnswer chat = chat(alias, "");

        assertThat(message.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(chat.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(List.of(message, chat)).allSatisfy(answer -> {
            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.text()).doesNotContain("secret words");
        });
        assertThat(provider.requests()).hasSize(2);
        assertThat(spare.requests()).isEmpty();
        assertThat(gateway.newRecords(4).getLast().text("outcome.error")).isEqualTo("provider_refused");
    }

    /** Streams that begin and then hold an error, of the agent's or of a limit. */
    enum ErrorInTheStream {
        CLAUDE("/messages", "invalid_request_error", "rate_limit_error") {
            @Override
            void stream(ModelTurn turn, String code) throws Exception {
                turn.event("message_start", "{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"content\":[]}}")
                        .event("error", "{\"type\":\"error\",\"error\":{\"type\":\"" + code + "\",\"message\":\"x\"}}");
            }
        },
        GEM("/models/gem-3:streamGenerateContent?alt=sse", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED") {
            @Override
            void stream(ModelTurn turn, String code) throws Exception {
                turn.data("{\"responseId\":\"r\",\"modelVersion\":\"gem-3\",\"candidates\":[]}")
                        .data("{\"error\":{\"status\":\"" + code + "\",\"message\":\"x\"}}");
            }
        },
        LLAMA("/chat/completions", "invalid_request_error", "rate_limit_exceeded") {
            @Override
            void stream(ModelTurn turn, String code) throws Exception {
                turn.data(
                                "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}")
                        .data("{\"error\":{\"code\":\"" + code + "\",\"message\":\"x\"}}");
            }
        };

        private final String path;
        private final String agents;
        private final String limit;

        ErrorInTheStream(String path, String agents, String limit) {
            this.path = path;
            this.agents = agents;
            this.limit = limit;
        }

        abstract void stream(ModelTurn turn, String code) throws Exception;

        /** What agents of three protocols get whose provider says so. */
        List<WireAnswer> answers(String code) {
            provider.on(path, turn -> {
                stream(turn.begin(), code);
                turn.end();
            });
            spare.on(
                    "/chat/completions",
                    turn -> turn.begin()
                            .data(
                                    "{\"id\":\"s\",\"model\":\"spare\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"from the spare\"},"
                                            + "\"finish_reason\":\"stop\"}]}")
                            .data("[DONE]")
                            .end());
            String alias = name().toLowerCase(Locale.ROOT);
            return List.of(
                    chat(alias, ",\"stream\":true"),
                    message(alias, ",\"stream\":true"),
                    alice.ask(alice.post(
                            "/v1/responses", "{\"model\":\"" + alias + "\",\"stream\":true,\"input\":\"hi\"}")));
        }
    }

    @ParameterizedTest
    @EnumSource(ErrorInTheStream.class)
    void aFaultOfTheAgentsInAStreamThatHasBegunIsToldAndAskedOfNobodyElse(ErrorInTheStream each) {
        assertThat(each.answers(each.agents)).allSatisfy(answer -> {
            assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            assertThat(answer.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        });
        assertThat(provider.requests()).hasSize(3);
        assertThat(spare.requests()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ErrorInTheStream.class)
    void aLimitThatIsToldInAStreamThatHasBegunIsA429(ErrorInTheStream each) {
        assertThat(each.answers(each.limit))
                .allSatisfy(answer -> assertThat(answer.text()).contains("from the spare"));
        assertThat(gateway.newRecords(6).stream()
                        .filter(found -> found.text("ev").equals("llm.call.outcome")))
                .hasSize(3)
                .allSatisfy(found -> assertThat(found.json()).contains("\"reason\":\"rate_limited\""));
    }

    @Test
    void theOneErrorInAListIsTheAgents() {
        String error =
                "{\"error\":{\"code\":400,\"message\":\"Invalid value at 'x'\",\"status\":\"INVALID_ARGUMENT\"}}";
        provider.on("/chat/completions", turn -> turn.answer(400, "[" + error + "\n]"));

        WireAnswer chat = chat("llama", "");
        WireAnswer message = message("llama", "");

        assertThat(chat.status()).isEqualTo(400);
        assertThat(chat.text()).isEqualTo(error);
        assertThat(message.status()).isEqualTo(400);
        assertThat(message.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
        assertThat(spare.requests()).isEmpty();
    }

    @Test
    void aKeyThatIsRefusedInAListIsTheGatewaysAffair() {
        provider.on(
                "/chat/completions",
                turn -> turn.answer(
                        400,
                        "[{\"error\":{\"code\":400,\"message\":\"Please pass a valid API key.\",\"status\":\"INVALID_ARGUMENT\"}}]"));

        assertThat(chat("llama", "").text()).contains("from the spare");
        assertThat(gateway.newRecords(2).getLast().json()).contains("\"reason\":\"credential_refused\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/json | [{"error":{"message":"The input token count exceeds the maximum number of tokens allowed."}}]
            text/plain       | prompt is too long
            """)
    void aPromptThatIsTooLongIsKnownAlsoWhereTheErrorIsNoObject(String type, String says) {
        provider.on("/chat/completions", turn -> turn.connection().answer(400, type, says));

        assertThat(chat("llama", "").text()).contains("from the spare");
        assertThat(message("llama", "").text()).contains("from the spare");
    }

    @Test
    void aPromptThatIsTooLongIsKnownAlsoWhereItIsSaidWithTheStatusOfAnAnswer() {
        provider.on(
                "/messages",
                turn -> turn.whole(
                        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long\"}}"));

        WireAnswer messages = message("alone", "");
        WireAnswer chat = chat("alone", "");

        assertThat(messages.status()).isEqualTo(400);
        assertThat(messages.json().at("/error/message").asString()).contains("prompt is too long");
        assertThat(chat.status()).isEqualTo(400);
        assertThat(chat.json().at("/error/code").asString()).isEqualTo("context_length_exceeded");
        assertThat(gateway.newRecords(4).getLast().text("outcome.error")).isEqualTo("prompt_too_long");
    }

    /** Streams that begin and then say that the prompt was too long. */
    enum TooLongInTheStream {
        CLAUDE("/messages") {
            @Override
            void stream(ModelTurn turn) throws Exception {
                turn.event("message_start", "{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"content\":[]}}")
                        .event(
                                "error",
                                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
                                        + "\"prompt is too long: 210000 tokens > 200000 maximum\"}}");
            }
        },
        GEM("/models/gem-3:streamGenerateContent?alt=sse") {
            @Override
            void stream(ModelTurn turn) throws Exception {
                turn.data("{\"responseId\":\"r\",\"modelVersion\":\"gem-3\",\"candidates\":[]}")
                        .data("{\"error\":{\"code\":400,\"status\":\"INVALID_ARGUMENT\",\"message\":"
                                + "\"The input token count exceeds the maximum number of tokens allowed.\"}}");
            }
        },
        LLAMA("/chat/completions") {
            @Override
            void stream(ModelTurn turn) throws Exception {
                turn.data(
                                "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}")
                        .data("{\"error\":{\"type\":\"BadRequestError\",\"message\":"
                                + "\"This model's maximum context length is 8192 tokens.\"}}");
            }
        };

        private final String path;

        TooLongInTheStream(String path) {
            this.path = path;
        }

        abstract void stream(ModelTurn turn) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(TooLongInTheStream.class)
    void aPromptThatIsTooLongIsKnownInAStreamThatHasBegunWhateverTheAgentSpeaks(TooLongInTheStream each) {
        provider.on(each.path, turn -> {
            each.stream(turn.begin());
            turn.end();
        });
        String alias = each.name().toLowerCase(Locale.ROOT);
        spare.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data(
                                "{\"id\":\"s\",\"model\":\"spare\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"from the spare\"},"
                                        + "\"finish_reason\":\"stop\"}]}")
                        .data("[DONE]")
                        .end());

        List<WireAnswer> answers = List.of(
                chat(alias, ",\"stream\":true"),
                message(alias, ",\"stream\":true"),
                alice.ask(
                        alice.post("/v1/responses", "{\"model\":\"" + alias + "\",\"stream\":true,\"input\":\"hi\"}")));

        assertThat(answers).allSatisfy(answer -> assertThat(answer.text()).contains("from the spare"));
        assertThat(gateway.newRecords(6).stream()
                        .filter(found -> found.text("ev").equals("llm.call.outcome")))
                .hasSize(3)
                .allSatisfy(found -> assertThat(found.json()).contains("\"reason\":\"too_long\""));
    }

    @Test
    void anAgentWhoseStreamHasBegunIsToldThatItsPromptIsTooLongInWordsThatItKnows() {
        provider.on("/messages", turn -> {
            TooLongInTheStream.CLAUDE.stream(turn.begin());
            turn.end();
        });

        WireAnswer chat = chat("alone", ",\"stream\":true");
        WireAnswer responses =
                alice.ask(alice.post("/v1/responses", "{\"model\":\"alone\",\"stream\":true,\"input\":\"hi\"}"));

        assertThat(chat.text()).contains("\"code\":\"context_length_exceeded\"").doesNotContain("[DONE]", "210000");
        assertThat(responses.text())
                .contains("event: response.failed", "\"code\":\"context_length_exceeded\"")
                .doesNotContain("response.completed");
    }

    @Test
    void eventsThatNobodyAskedForAreNoFailure() {
        provider.on(
                "/messages",
                turn -> turn.begin()
                        .event("ping", "{\"type\":\"ping\"}")
                        .event("ping", "{}")
                        .event("keepalive", "still here")
                        .event("message_hint", "{\"type\":\"message_hint\",\"x\":[]}")
                        .event(
                                "message_start",
                                "{\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"content\":[]}}")
                        .event("x_new", "[1]")
                        .event(
                                "content_block_start",
                                "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"x_block\",\"x\":{}}}")
                        .event(
                                "content_block_delta",
                                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"x_delta\",\"x\":1}}")
                        .event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}")
                        .event(
                                "content_block_start",
                                "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}")
                        .event(
                                "content_block_delta",
                                "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi there\"}}")
                        .event("content_block_stop", "{\"type\":\"content_block_stop\",\"index\":1}")
                        .event(
                                "message_delta",
                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{}}")
                        .event("message_stop", "{\"type\":\"message_stop\"}")
                        .end());

        WireAnswer answer = chat("claude", ",\"stream\":true");

        assertThat(answer.text()).contains("hi there", "data: [DONE]");
        assertThat(answer.header("x-gateway-dropped").orElse(""))
                .contains("an event that the other protocol does not have; dropped");
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"passed", "translated"})
    void eventsThatNobodyAskedForAreNoFailureOfChatsEither(String how) {
        provider.on(
                "/chat/completions",
                turn -> turn.begin()
                        .event("ping", "still here")
                        .event("ping", "{\"type\":\"ping\"}")
                        .data(
                                "{\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"hi there\"}}]}")
                        .event("progress", "[0.5]")
                        .data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")
                        .data("[DONE]")
                        .end());

        WireAnswer answer =
                how.equals("passed") ? chat("llama", ",\"stream\":true") : message("llama", ",\"stream\":true");

        assertThat(answer.text())
                .contains("hi there", how.equals("passed") ? "data: [DONE]" : "event: message_stop")
                .doesNotContain("still here");
        assertThat(gateway.newRecords(2).getLast().text("outcome.status")).isEqualTo("ok");
    }

    /** How each kind says that a prompt is too long. */
    enum TooLong {
        GPT(
                "/chat/completions",
                400,
                "{\"error\":{\"message\":\"Your input exceeds the context window of this model.\",\"type\":\"invalid_request_error\","
                        + "\"code\":\"context_length_exceeded\"}}"),
        AZURE(
                "/chat/completions",
                400,
                "{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens.\",\"code\":\"context_length_exceeded\"}}"),
        CLAUDE(
                "/messages",
                400,
                "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":"
                        + "\"input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000\"}}"),
        GEM(
                "/models/gem-3:generateContent",
                400,
                "{\"error\":{\"code\":400,\"message\":\"The input token count (1200000) exceeds the maximum number of tokens"
                        + " allowed (1048576).\",\"status\":\"INVALID_ARGUMENT\"}}"),
        LLAMA(
                "/chat/completions",
                400,
                "{\"object\":\"error\",\"message\":\"The decoder prompt (length 9000) is longer than the maximum model length of"
                        + " 8192.\",\"type\":\"BadRequestError\",\"code\":400}"),
        ROCK(BEDROCK, 400, "{\"message\":\"Input is too long for requested model.\"}");

        private final String path;
        private final int status;
        private final String body;

        TooLong(String path, int status, String body) {
            this.path = path;
            this.status = status;
            this.body = body;
        }

        void serve() {
            for (String each : List.of(path, "/responses")) {
                provider.on(each, turn -> turn.answer(status, body, "x-amzn-errortype: ValidationException"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TooLong.class)
    void aPromptThatIsTooLongForOneGoesToTheNextWhateverTheAgentSpeaks(TooLong kind) {
        kind.serve();
        String alias = kind.name().toLowerCase(Locale.ROOT);

        assertThat(message(alias, "").text()).contains("from the spare");
        assertThat(chat(alias, "").text()).contains("from the spare");
        assertThat(alice.ask(alice.post("/v1/responses", "{\"model\":\"" + alias + "\",\"input\":\"hi\"}"))
                        .text())
                .contains("from the spare");

        assertThat(provider.requests()).as("each asked once").hasSize(3);
    }

    @Test
    void anAgentIsToldThatItsPromptIsTooLongInWordsThatItKnows() {
        TooLong.CLAUDE.serve();

        WireAnswer answer = chat("alone", "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asString()).isEqualTo("context_length_exceeded");
        assertThat(provider.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "max_completion_tokens":7                   | "max_tokens":7
            "max_completion_tokens":7,"max_tokens":9    | "max_tokens":7
            "max_completion_tokens":9,"max_tokens":7    | "max_tokens":7
            "max_completion_tokens":9,"max_tokens":null | "max_tokens":9
            "max_completion_tokens":"x"                 | "max_tokens":"x"
            """)
    void aLimitOfTokensGoesUnderTheNameThatTheServerKnows(String asked, String sent) {
        provider.on("/chat/completions", turn -> turn.whole(SPARE));

        WireAnswer answer = chat("llama", "," + asked);

        assertThat(provider.request().text()).contains(sent).doesNotContain("max_completion_tokens");
        assertThat(answer.header("x-gateway-dropped")).contains("/max_completion_tokens (sent as max_tokens)");
    }

    @Test
    void aLimitOfTokensThatTheServerKnowsStaysAsItIs() {
        provider.on("/chat/completions", turn -> turn.whole(SPARE));

        assertThat(chat("llama", ",\"max_tokens\":7").header("x-gateway-dropped"))
                .isEmpty();
        assertThat(chat("gpt", ",\"max_completion_tokens\":7").header("x-gateway-dropped"))
                .isEmpty();

        assertThat(provider.requests().getFirst().text()).contains("\"max_tokens\":7}");
        assertThat(provider.requests().getLast().text()).contains("\"max_completion_tokens\":7}");
    }

    static Stream<String> values() {
        // just below, and far above, what a message of strangers may hold
        return Stream.of(99_950, 150_000).map(count -> "1,".repeat(count - 1) + "1");
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("values")
    void aRequestOfManyValuesIsTranslatedAsItPassesThrough(String values) {
        provider.on(
                "/messages",
                turn -> turn.whole(
                        "{\"id\":\"m\",\"type\":\"message\",\"model\":\"m\",\"content\":[],\"stop_reason\":\"end_turn\"}"));

        WireAnswer answer = chat(
                "claude",
                ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\","
                        + "\"properties\":{\"x\":{\"enum\":[" + values + "]}}}}}]");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(provider.request().text()).contains(values);
    }
}
