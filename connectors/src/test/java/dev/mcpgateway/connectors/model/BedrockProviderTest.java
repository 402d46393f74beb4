package dev.mcpgateway.connectors.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.credential.AwsKeys;
import dev.mcpgateway.connectors.credential.AwsSigner;
import dev.mcpgateway.connectors.credential.GivenSecret;
import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.BedrockFrame;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages at a server that speaks Bedrock. */
class BedrockProviderTest {
    private static final String ID = "AKIAEXAMPLEEXAMPLE00";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String MODEL = "anthropic.claude-x-v1:0";
    private static final String PATH = "/model/anthropic.claude-x-v1%3A0";
    private static final String ASKED =
            "{ \"model\":\"claude\",\"max_tokens\" : 50, \"x_new\":1.10,\"messages\":[{\"role\":"
                    + "\"user\",\"content\":[{\"type\":\"text\",\"text\":\"h\\u00e9\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}";
    private static final String ANSWER =
            "{\"id\":\"msg_bdrk_1\",\"type\":\"message\",\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],"
                    + " \"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":60,"
                    + "\"output_tokens\":12}}";
    private static final List<String> EVENTS = List.of(
            "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"usage\":{\"input_tokens\":10,"
                    + "\"cache_read_input_tokens\":5,\"output_tokens\":1}}}",
            "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\", \"text\":\"hi\"}}",
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}",
            "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":15}}");

    private final DeadlineSweeper sweeper =
            new DeadlineSweeper(new TimeSource(() -> Instant.parse("2026-11-21T12:00:00Z"), System::nanoTime));
    private final List<ModelProvider> opened = new ArrayList<>();
    private FakeModelServer server;

    @BeforeEach
    void start() {
        server = FakeModelServer.start();
    }

    @AfterEach
    void stop() {
        opened.forEach(ModelProvider::close);
        sweeper.close();
        server.close();
        assertThat(server.failures()).isEmpty();
    }

    private static SecretSource given(String value) {
        return new GivenSecret(Secret.of(value));
    }

    private BedrockProvider provider() {
        return provider(Set.of("good-beta", "other-beta"), Optional.empty(), given(SECRET));
    }

    private BedrockProvider provider(Set<String> betas, Optional<SecretSource> token, SecretSource secret) {
        Duration minute = Duration.ofMinutes(1);
        return provider(betas, token, secret, minute, minute, minute);
    }

    private BedrockProvider provider(
            Set<String> betas,
            Optional<SecretSource> token,
            SecretSource secret,
            Duration firstEvent,
            Duration idle,
            Duration total) {
        URI url = server.url().resolve("/");
        BedrockProvider provider = new BedrockProvider(
                new ProviderSettings(
                        "aws",
                        ProviderKind.BEDROCK,
                        url,
                        "",
                        new AwsSigner(
                                new AwsKeys("eu-central-1", given(ID), secret, token),
                                "bedrock",
                                sweeper.time().clock()),
                        HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.LEAN),
                        List.<AddressRange>of(),
                        firstEvent,
                        idle,
                        total,
                        true,
                        betas,
                        1 << 20,
                        1 << 22,
                        64),
                MODEL,
                model -> BedrockApi.of(model).orElseThrow(),
                sweeper);
        opened.add(provider);
        return provider;
    }

    private static ModelCall call(ModelApi api, String body, Map<String, String> headers) throws Exception {
        return new ModelCall(
                ModelRequest.read(
                        api,
                        StrictJson.parse(body.getBytes(StandardCharsets.UTF_8), JsonLimits.forRequests(1 << 20, 64))),
                MODEL,
                headers);
    }

    private static ModelCall whole() throws Exception {
        return call(ModelApi.MESSAGES, ASKED, Map.of());
    }

    private static ModelCall streamed() throws Exception {
        return call(ModelApi.MESSAGES, ASKED.replace("{ \"model\"", "{\"stream\":true, \"model\""), Map.of());
    }

    private static ModelFailure failure(ModelReply reply) {
        assertThat(reply).isInstanceOf(ModelReply.Failed.class);
        return ((ModelReply.Failed) reply).failure();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void aMessagePassesThroughButForWhatBedrockHasElsewhere() throws Exception {
        server.on(PATH + "/invoke", turn -> turn.answer(200, ANSWER, "x-amzn-requestid: r-1"));

        ModelReply reply = provider()
                .send(call(
                        ModelApi.MESSAGES,
                        ASKED,
                        Map.of(
                                "anthropic-version", "2023-06-01",
                                "anthropic-beta", "good-beta, bad-beta,other-beta",
                                "idempotency-key", "k")));

        assertThat(reply).isInstanceOfSatisfying(ModelReply.Whole.class, answer -> {
            assertThat(text(answer.body())).isEqualTo(ANSWER);
            assertThat(answer.requestId()).isEqualTo("r-1");
            assertThat(answer.facts())
                    .isEqualTo(new ModelFacts(
                            "claude-x",
                            "end_turn",
                            new ModelUsage(70, 60, 0, 0, 12, 0),
                            Map.of(),
                            ServedTerms.UNSAID,
                            "msg_bdrk_1",
                            0));
        });
        RawRequest sent = server.request();
        assertThat(sent.line()).isEqualTo("POST " + PATH + "/invoke HTTP/1.1");
        assertThat(sent.text())
                .isEqualTo(
                        ASKED.replace(
                                "{ \"model\":\"claude\",",
                                "{\"anthropic_version\":\"bedrock-2023-05-31\",\"anthropic_beta\":[\"good-beta\",\"other-beta\"], "));
        assertThat(sent.headers().stream().map(header -> header.getKey().toLowerCase(Locale.ROOT)))
                .doesNotContain("anthropic-version", "anthropic-beta", "idempotency-key", "x-amz-security-token");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyRequestIsSignedOverWhatIsSent(boolean streams) throws Exception {
        server.on(PATH + "/invoke", turn -> turn.whole(ANSWER));
        server.on(PATH + "/invoke-with-response-stream", turn -> turn.answer(500, "{}"));

        provider(Set.of(), Optional.of(given("session==")), given(SECRET)).send(streams ? streamed() : whole());

        RawRequest sent = server.request();
        AwsSignature signature = AwsSignature.of(sent);
        assertThat(signature.keyId()).isEqualTo(ID);
        assertThat(signature.scope()).isEqualTo("20261121/eu-central-1/bedrock/aws4_request");
        assertThat(signature.isGood(sent, SECRET)).isTrue();
        assertThat(signature.isGood(sent, "another")).isFalse();
        assertThat(sent.header("x-amz-security-token")).contains("session==");
        assertThat(sent.toString()).doesNotContain(SECRET);
    }

    @Test
    void withoutAKeyNothingIsSent() throws Exception {
        ModelReply reply =
                provider(Set.of(), Optional.empty(), given("two\nlines")).send(whole());

        assertThat(failure(reply).cause()).isEqualTo(Cause.NO_CREDENTIAL);
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"anthropic_beta\":[\"bad-beta\"]", "\"anthropic_version\":\"x\"", "\"anthropic_beta\":null"})
    void anAgentCannotSetBedrocksOwnMembers(String member) throws Exception {
        ModelReply reply = provider().send(call(ModelApi.MESSAGES, "{\"model\":\"claude\"," + member + "}", Map.of()));

        assertThat(failure(reply).status()).isEqualTo(400);
        assertThat(failure(reply).cause()).isEqualTo(Cause.REJECTED);
        assertThat(text(failure(reply).body())).contains("invalid_request_error");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void betasThatAreNotAllowedAreTold() {
        assertThat(provider().leavesOut(Map.of("anthropic-beta", "good-beta,bad-beta", "anthropic-version", "1")))
                .containsExactly("anthropic-beta=bad-beta");
    }

    @Test
    void whatTheBodyDoesNotSayIsReadFromTheHead() throws Exception {
        server.on(
                PATH + "/invoke",
                turn -> turn.answer(
                        200,
                        "{\"content\":[]}",
                        "x-amzn-bedrock-input-token-count: 7",
                        "x-amzn-bedrock-output-token-count: 3",
                        "x-amzn-bedrock-cache-read-input-token-count: 2"));

        assertThat(provider().send(whole()))
                .isInstanceOfSatisfying(
                        ModelReply.Whole.class,
                        answer -> assertThat(answer.facts())
                                .isEqualTo(new ModelFacts(MODEL, "", new ModelUsage(9, 2, 0, 0, 3, 0))));
    }

    @Test
    void tokensAreCountedOfWhatWouldBeSent() throws Exception {
        server.on(PATH + "/count-tokens", turn -> turn.whole("{\"inputTokens\":42}"));

        ModelReply reply =
                provider().send(call(ModelApi.COUNT_TOKENS, "{\"model\":\"claude\",\"messages\":[]}", Map.of()));

        assertThat(reply)
                .isInstanceOfSatisfying(
                        ModelReply.Whole.class,
                        answer -> assertThat(text(answer.body())).isEqualTo("{\"input_tokens\":42}"));
        String wrapped = server.request().text();
        String prefix = "{\"input\":{\"invokeModel\":{\"body\":\"";
        assertThat(wrapped).startsWith(prefix);
        String inner = wrapped.substring(prefix.length(), wrapped.indexOf('"', prefix.length()));
        assertThat(text(Base64.getDecoder().decode(inner)))
                .isEqualTo("{\"anthropic_version\":\"bedrock-2023-05-31\",\"max_tokens\":1,\"messages\":[]}");
    }

    @Test
    void aStreamIsTheEventsOfMessages() throws Exception {
        server.on(PATH + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE, "x-amzn-requestid: r-2");
            for (String event : EVENTS) {
                turn.raw(BedrockFrame.chunk(event));
            }
            turn.end();
        });

        ModelReply reply = provider().send(streamed());

        assertThat(reply).isInstanceOf(ModelReply.Streaming.class);
        try (ModelStream stream = ((ModelReply.Streaming) reply).stream()) {
            assertThat(stream.requestId()).isEqualTo("r-2");
            assertThat(stream.facts().servedModel()).isEqualTo("claude-x");
            List<String> seen = new ArrayList<>();
            ModelEvent event = stream.first();
            seen.add(event.type() + text(event.data()));
            while (event.mark() == Mark.OPEN) {
                event = ((ModelStream.Step.Next) stream.next()).event();
                seen.add(event.type() + text(event.data()));
            }
            assertThat(event.mark()).isEqualTo(Mark.LAST);
            assertThat(seen)
                    .containsExactly(
                            "message_start" + EVENTS.get(0),
                            "content_block_delta" + EVENTS.get(1),
                            "message_delta" + EVENTS.get(2),
                            "message_stop" + EVENTS.get(3));
            assertThat(stream.facts())
                    .isEqualTo(new ModelFacts("claude-x", "end_turn", new ModelUsage(15, 5, 0, 0, 7, 0)));
        }
        RawRequest sent = server.request();
        assertThat(sent.header("accept")).contains(BedrockFrame.CONTENT_TYPE);
        assertThat(sent.text()).doesNotContain("stream", "claude\"").contains("\"max_tokens\" : 50");
    }

    @ParameterizedTest
    @CsvSource({
        "ThrottlingException:http://internal.amazon.com/coral/, 429, RATE_LIMITED, rate_limit_error",
        "ModelNotReadyException, 429, RATE_LIMITED, overloaded_error",
        "ValidationException, 400, REJECTED, invalid_request_error",
        "ResourceNotFoundException, 404, REJECTED, not_found_error",
        "ServiceQuotaExceededException, 400, REJECTED, invalid_request_error",
        "InternalServerException, 500, PROVIDER_ERROR, api_error",
        "ServiceUnavailableException, 503, PROVIDER_ERROR, overloaded_error",
        "'', 413, REJECTED, request_too_large",
        "Unheard, 502, PROVIDER_ERROR, api_error"
    })
    void anErrorIsToldInAnthropicsShape(String name, int status, Cause cause, String type) throws Exception {
        server.on(
                PATH + "/invoke",
                turn -> turn.answer(
                        status,
                        "{\"message\":\"No \\\"luck\\\" with " + ID + ".\"}",
                        "x-amzn-errortype: " + name,
                        "x-amzn-requestid: r-3",
                        "retry-after: 7"));

        ModelFailure failure = failure(provider().send(whole()));

        assertThat(failure.cause()).isEqualTo(cause);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.requestId()).isEqualTo("r-3");
        assertThat(failure.retryAfterSeconds()).isEqualTo(7);
        assertThat(text(failure.body()))
                .isEqualTo("{\"type\":\"error\",\"error\":{\"type\":\"" + type
                        + "\",\"message\":\"No \\\"luck\\\" with ***.\"}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"Message\":\"front\"} | front",
                "{\"error\":{\"type\":\"x\",\"message\":\"makers\"}} | makers",
                "{\"message\":7} | The provider gave no reason.",
                "[ | The provider gave no reason."
            })
    void theSentenceIsReadWhereverItStands(String body, String says) throws Exception {
        server.on(PATH + "/invoke", turn -> turn.answer(400, body));

        assertThat(text(failure(provider().send(whole())).body())).endsWith("\"message\":\"" + says + "\"}}");
    }

    @ParameterizedTest
    @CsvSource({
        "AccessDeniedException, 403, NOT_ENTITLED",
        "InvalidSignatureException, 403, CREDENTIAL_REFUSED",
        "UnrecognizedClientException, 403, CREDENTIAL_REFUSED",
        "ExpiredTokenException, 400, CREDENTIAL_REFUSED",
        "'', 401, CREDENTIAL_REFUSED",
        "ModelTimeoutException, 408, TIMED_OUT",
        "ModelErrorException, 424, PROVIDER_ERROR"
    })
    void whatIsNotTheAgentsIsToldInTheGatewaysWords(String name, int status, Cause cause) throws Exception {
        server.on(
                PATH + "/invoke",
                turn -> turn.answer(status, "{\"Message\":\"secret reasons\"}", "x-amzn-errortype: " + name));

        ModelFailure failure = failure(provider().send(whole()));

        assertThat(failure.cause()).isEqualTo(cause);
        assertThat(failure.body()).isEmpty();
        assertThat(failure.detail()).doesNotContain("secret reasons");
    }

    @ParameterizedTest
    @CsvSource({
        "throttlingException, 429, RATE_LIMITED, true",
        "serviceUnavailableException, 503, PROVIDER_ERROR, true",
        "validationException, 400, REJECTED, true",
        "modelTimeoutException, 408, TIMED_OUT, false",
        "modelStreamErrorException, 424, PROVIDER_ERROR, false",
        "accessDeniedException, 500, NOT_ENTITLED, false"
    })
    void anExceptionAsTheFirstEventIsNoStream(String name, int status, Cause cause, boolean told) throws Exception {
        server.on(PATH + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE).raw(BedrockFrame.exception(name, "{\"message\":\"not now\"}"));
            turn.end();
        });

        ModelFailure failure = failure(provider().send(streamed()));

        assertThat(failure.cause()).isEqualTo(cause);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(text(failure.body()).contains("not now")).isEqualTo(told);
    }

    @Test
    void anExceptionInTheMiddleIsTheLastEvent() throws Exception {
        server.on(PATH + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE)
                    .raw(BedrockFrame.chunk(EVENTS.getFirst()))
                    .raw(BedrockFrame.exception(
                            "modelStreamErrorException", "{\"message\":\"It stumbled, " + ID + "\"}"));
            turn.end();
        });

        try (ModelStream stream = ((ModelReply.Streaming) provider().send(streamed())).stream()) {
            ModelEvent event = ((ModelStream.Step.Next) stream.next()).event();

            assertThat(event.mark()).isEqualTo(Mark.ERROR);
            assertThat(event.type()).isEqualTo("error");
            assertThat(text(event.data()))
                    .isEqualTo(
                            "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"It stumbled, ***\"}}");
        }
    }

    @ParameterizedTest
    @CsvSource({"cut, BROKEN", "ended, BROKEN", "half, BROKEN", "damaged, MALFORMED", "huge, TOO_LARGE"})
    void aStreamThatDoesNotEndWellHasFailed(String how, Cause cause) throws Exception {
        byte[] next = BedrockFrame.chunk(EVENTS.getLast());
        server.on(PATH + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE).raw(BedrockFrame.chunk(EVENTS.getFirst()));
            switch (how) {
                case "cut" -> turn.cut();
                case "half" -> turn.raw(Arrays.copyOf(next, next.length / 2)).end();
                case "damaged" -> {
                    next[next.length - 6] ^= 1;
                    turn.raw(next).end();
                }
                case "huge" ->
                    turn.raw(BedrockFrame.chunk("{\"a\":\"" + "x".repeat(1 << 20) + "\"}"))
                            .end();
                default -> turn.end();
            }
        });

        switch (provider().send(streamed())) {
            case ModelReply.Streaming(ModelStream stream) -> {
                try (stream) {
                    assertThat(stream.next())
                            .isInstanceOfSatisfying(
                                    ModelStream.Step.Broken.class,
                                    broken ->
                                            assertThat(broken.failure().cause()).isEqualTo(cause));
                }
            }
            // a reset may overtake the first event
            case ModelReply.Failed(ModelFailure failure) -> {
                assertThat(how).isEqualTo("cut");
                assertThat(failure.cause()).isEqualTo(cause);
            }
            case ModelReply.Whole whole -> throw new AssertionError(whole);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100, 60000, 60000, first",
        "60000, 100, 60000, next",
        "60000, 60000, 100, whole",
        "60000, 60000, 400, total"
    })
    void silenceIsWaitedForNoLongerThanAllowed(long firstEvent, long idle, long total, String where) throws Exception {
        BedrockProvider provider = provider(
                Set.of(),
                Optional.empty(),
                given(SECRET),
                Duration.ofMillis(firstEvent),
                Duration.ofMillis(idle),
                Duration.ofMillis(total));
        server.on(PATH + "/invoke", turn -> turn.connection().awaitPeerClose());
        server.on(PATH + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE);
            if (where.equals("next") || where.equals("total")) {
                turn.raw(BedrockFrame.chunk(EVENTS.getFirst())).raw(new byte[] {0, 0, 1});
            }
            turn.connection().awaitPeerClose();
        });

        switch (provider.send(where.equals("whole") ? whole() : streamed())) {
            case ModelReply.Streaming(ModelStream stream) -> {
                try (stream) {
                    assertThat(where).isIn("next", "total");
                    assertThat(stream.next()).isInstanceOfSatisfying(ModelStream.Step.Broken.class, broken -> {
                        assertThat(broken.failure().cause())
                                .as("silence is the provider's fault, the limit of the whole is not")
                                .isEqualTo(where.equals("total") ? Cause.OUT_OF_TIME : Cause.TIMED_OUT);
                    });
                }
            }
            case ModelReply.Failed(ModelFailure failure) -> {
                // on a slow machine the whole time may be over before the first event
                assertThat(where).isNotEqualTo("next");
                assertThat(failure.cause()).isIn(Cause.TIMED_OUT, Cause.OUT_OF_TIME);
            }
            case ModelReply.Whole whole -> throw new AssertionError(whole);
        }
    }

    @Test
    void whoLeavesEndsTheRequest() throws Exception {
        server.on(PATH + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE).raw(BedrockFrame.chunk(EVENTS.getFirst()));
            turn.connection().awaitPeerClose();
        });

        ((ModelReply.Streaming) provider().send(streamed())).stream().close();

        Await.until("the connection is closed", () -> server.open() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noOtherFormIsReadThanWasAskedFor(boolean streams) throws Exception {
        server.on(
                PATH + "/invoke",
                turn -> turn.beginAs(BedrockFrame.CONTENT_TYPE).end());
        server.on(PATH + "/invoke-with-response-stream", turn -> turn.whole(ANSWER));

        assertThat(failure(provider().send(streams ? streamed() : whole())).cause())
                .isEqualTo(Cause.MALFORMED);
    }

    @Test
    void anAnswerThatIsNoJsonIsNone() throws Exception {
        server.on(PATH + "/invoke", turn -> turn.whole("{\"a\":"));

        assertThat(failure(provider().send(whole())).cause()).isEqualTo(Cause.MALFORMED);
    }

    @Test
    void itServesAModelInTheProtocolInWhichItIsAskedAndIsCalledByItsName() {
        assertThat(Arrays.stream(ModelApi.values()).filter(api -> provider().serves(api, MODEL)))
                .containsExactly(ModelApi.MESSAGES, ModelApi.COUNT_TOKENS);
        assertThat(Arrays.stream(ModelApi.values()).filter(api -> provider().serves(api, "eu.amazon.nova-x-v1:0")))
                .containsExactly(ModelApi.CONVERSE);
        assertThat(provider().vendor()).isEqualTo("aws.bedrock");
        assertThat(provider().name()).isEqualTo("aws");
    }
}
