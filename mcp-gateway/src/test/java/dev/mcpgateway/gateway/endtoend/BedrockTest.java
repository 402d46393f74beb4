package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.AwsSignature;
import dev.mcpgateway.connectors.testing.BedrockFrame;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Anthropic's agents in front of Bedrock: they see Anthropic's protocol, and Bedrock sees requests that are signed. */
class BedrockTest {
    private static final String ID = ModelGateways.AWS_ID;
    private static final String SECRET = ModelGateways.AWS_SECRET;
    private static final String MODEL = "/model/eu.anthropic.claude-x-v1%3A0";
    private static final String WHOLE =
            "{\"model\":\"claude\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":"
                    + "[{\"type\":\"text\",\"text\":\"hi\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}";
    private static final String STREAMED = "{\"model\":\"claude\",\"stream\":true,\"max_tokens\":5,\"messages\":[]}";
    private static final String ANSWER =
            "{\"id\":\"msg_bdrk_1\",\"type\":\"message\",\"model\":\"claude-x\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],"
                    + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":60,"
                    + "\"output_tokens\":12}}";
    private static final String START =
            "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-x\",\"usage\":{\"input_tokens\":10,\"output_tokens\":1}}}";
    private static final String DELTA =
            "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"max_tokens\"},\"usage\":{\"output_tokens\":5}}";
    private static final String STOP =
            "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":10}}";

    @TempDir
    static Path folder;

    private static FakeModelServer bedrock;
    private static TestGateway gateway;
    private static ModelAgent alice;

    @BeforeAll
    static void start() throws Exception {
        bedrock = FakeModelServer.start();
        Files.createDirectories(folder);
        ModelGateways.secret(folder.resolve("aws.token"), "session-token==");
        gateway = TestGateway.in(folder)
                .policy(ModelGateways.ALLOW)
                .section("models", """

                  providers:
                    aws:
                      kind: bedrock
                      base_url: "%s"
                      betas: [good-beta]
                      credential: %s
                  aliases:
                    claude: {targets: [{provider: aws, model: "eu.anthropic.claude-x-v1:0"}]}
                """.formatted(
                        bedrock.url().resolve("/"), ModelGateways.aws(folder, ", session_token: {file: aws.token}")))
                .operator()
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
        bedrock.on(MODEL + "/invoke", turn -> turn.answer(200, ANSWER, "x-amzn-requestid: r-1"));
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(bedrock.failures()).isEmpty();
    }

    @Test
    void aMessageIsInvokedWithASignatureAndAnsweredAsItCame() {
        WireAnswer answer =
                alice.ask(alice.anthropic("/v1/messages", WHOLE).plus("anthropic-beta", "good-beta, bad-beta"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo(ANSWER);
        assertThat(answer.header("request-id")).contains("r-1");
        assertThat(answer.header("x-gateway-served-model")).contains("claude-x");
        assertThat(answer.header("x-gateway-dropped")).contains("anthropic-beta=bad-beta");
        RawRequest sent = bedrock.request();
        assertThat(sent.line()).isEqualTo("POST " + MODEL + "/invoke HTTP/1.1");
        assertThat(sent.text())
                .isEqualTo(WHOLE.replace(
                        "\"model\":\"claude\"",
                        "\"anthropic_version\":\"bedrock-2023-05-31\",\"anthropic_beta\":[\"good-beta\"]"));
        AwsSignature signature = AwsSignature.of(sent);
        assertThat(signature.keyId()).isEqualTo(ID);
        assertThat(signature.scope()).endsWith("/eu-central-1/bedrock/aws4_request");
        assertThat(signature.isGood(sent, SECRET)).isTrue();
        assertThat(sent.headers())
                .extracting(header -> header.getKey().toLowerCase(Locale.ROOT))
                .containsExactlyInAnyOrder(
                        "host",
                        "accept-encoding",
                        "content-length",
                        "accept",
                        "content-type",
                        "authorization",
                        "x-amz-date",
                        "x-amz-content-sha256",
                        "x-amz-security-token");
        List<AuditRecord> records = gateway.newRecords(2);
        assertThat(records.getFirst().text("model.provider")).isEqualTo("aws");
        assertThat(records.getFirst().text("model.name")).isEqualTo("eu.anthropic.claude-x-v1:0");
        assertThat(records.getLast().text("model.served")).isEqualTo("claude-x");
        assertThat(records.getLast().json()).contains("\"input\":70,\"cache_read\":60,", "\"output\":12,");
        assertThat(records.getLast().json()).doesNotContain(SECRET, ID);
    }

    @Test
    void aStreamArrivesAsServerSentEvents() {
        bedrock.on(
                MODEL + "/invoke-with-response-stream",
                turn -> turn.beginAs(BedrockFrame.CONTENT_TYPE, "x-amzn-requestid: r-2")
                        .raw(BedrockFrame.chunk(START))
                        .raw(BedrockFrame.chunk(DELTA))
                        .raw(BedrockFrame.chunk(STOP))
                        .end());

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", STREAMED));

        assertThat(answer.header("Content-Type")).contains("text/event-stream");
        assertThat(answer.header("request-id")).contains("r-2");
        assertThat(answer.text())
                .isEqualTo("event: message_start\ndata: " + START + "\n\nevent: message_delta\ndata: " + DELTA
                        + "\n\nevent: message_stop\ndata: " + STOP + "\n\n");
        assertThat(AwsSignature.of(bedrock.request()).isGood(bedrock.request(), SECRET))
                .isTrue();
        assertThat(bedrock.request().text()).doesNotContain("stream");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.text("model.finish")).isEqualTo("max_tokens");
        assertThat(outcome.json()).contains("\"input\":10,", "\"output\":5,");
    }

    @Test
    void anExceptionInTheMiddleEndsTheStreamWithoutItsSignOfCompletion() {
        bedrock.on(
                MODEL + "/invoke-with-response-stream",
                turn -> turn.beginAs(BedrockFrame.CONTENT_TYPE)
                        .raw(BedrockFrame.chunk(START))
                        .raw(BedrockFrame.exception("throttlingException", "{\"message\":\"Slow down.\"}"))
                        .end());

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", STREAMED));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text())
                .endsWith(
                        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":"
                                + "\"Slow down.\"}}\n\n")
                .doesNotContain("message_stop");
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("protocol_error");
        assertThat(outcome.json()).contains("\"input\":10,");
    }

    @Test
    void anExceptionInTheFirstPlaceIsAnErrorAndNoStream() {
        bedrock.on(
                MODEL + "/invoke-with-response-stream",
                turn -> turn.beginAs(BedrockFrame.CONTENT_TYPE)
                        .raw(BedrockFrame.exception("throttlingException", "{\"message\":\"Slow down.\"}"))
                        .end());

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", STREAMED));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
    }

    @Test
    void aStreamThatIsCutEndsInAnError() {
        byte[] stop = BedrockFrame.chunk(STOP);
        bedrock.on(
                MODEL + "/invoke-with-response-stream",
                turn -> turn.beginAs(BedrockFrame.CONTENT_TYPE)
                        .raw(BedrockFrame.chunk(START))
                        .raw(Arrays.copyOf(stop, stop.length - 1))
                        .end());

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", STREAMED));

        assertThat(answer.text()).contains("event: error").doesNotContain("message_stop");
    }

    @ParameterizedTest
    @CsvSource({
        "429, ThrottlingException, 429, rate_limit_error, Too many",
        "400, ValidationException, 400, invalid_request_error, Too many",
        "403, AccessDeniedException, 502, api_error, cannot be reached",
        "408, ModelTimeoutException, 504, timeout_error, did not answer in time",
        "424, ModelErrorException, 502, api_error, ''",
        "503, ServiceUnavailableException, 503, overloaded_error, Too many"
    })
    void anErrorOfBedrockIsOneOfAnthropics(int status, String name, int answered, String type, String says) {
        bedrock.on(
                MODEL + "/invoke",
                turn -> turn.answer(
                        status,
                        "{\"message\":\"Too many of " + ID + "\"}",
                        "x-amzn-errortype: " + name,
                        "Retry-After: 3"));

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages", WHOLE));

        assertThat(answer.status()).isEqualTo(answered);
        assertThat(answer.json().at("/type").asString()).isEqualTo("error");
        assertThat(answer.json().at("/error/type").asString()).isEqualTo(type);
        assertThat(answer.json().at("/error/message").asString()).contains(says);
        assertThat(answer.text()).doesNotContain(ID);
    }

    @Test
    void keysThatAreRefusedAreCountedAndAModelThatIsNotServedIsNoneOfThem() {
        for (String name : List.of("AccessDeniedException", "UnrecognizedClientException")) {
            bedrock.on(MODEL + "/invoke", turn -> turn.answer(403, "{}", "x-amzn-errortype: " + name));

            assertThat(alice.ask(alice.anthropic("/v1/messages", WHOLE)).status())
                    .isEqualTo(502);
        }

        assertThat(gateway.operate("GET", "/metrics", "").text())
                .contains(
                        "gateway_credential_auth_failures_total{gateway_credential=\"access_key\",gateway_provider=\"aws\"} 1\n");
    }

    @Test
    void tokensAreCountedInAnthropicsWords() {
        bedrock.on(MODEL + "/count-tokens", turn -> turn.whole("{\"inputTokens\":14}"));

        WireAnswer answer = alice.ask(alice.anthropic("/v1/messages/count_tokens", WHOLE));

        assertThat(answer.text()).isEqualTo("{\"input_tokens\":14}");
    }

    @Test
    void whoMayNotCallItSendsNothing() {
        WireAnswer answer = ModelAgent.of(gateway, "mallory")
                .ask(ModelAgent.of(gateway, "mallory").anthropic("/v1/messages", WHOLE));

        assertThat(answer.status()).isEqualTo(404);
        assertThat(bedrock.requests()).isEmpty();
    }

    @Test
    void aNewKeyCountsFromTheNextRequestOn() throws Exception {
        alice.ask(alice.anthropic("/v1/messages", WHOLE));
        Files.writeString(folder.resolve("aws.secret"), "another-secret-of-another-length\n");
        try {
            gateway.clock().advance(Duration.ofMinutes(2));
            alice.ask(alice.anthropic("/v1/messages", WHOLE));

            RawRequest last = bedrock.requests().getLast();
            assertThat(AwsSignature.of(last).isGood(last, "another-secret-of-another-length"))
                    .isTrue();
        } finally {
            Files.writeString(folder.resolve("aws.secret"), SECRET + "\n");
            gateway.clock().advance(Duration.ofMinutes(2));
        }
    }
}
