package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controls that a call of a model is under like a call of a tool: record, rate, places, sizes, stops, policy. */
class ModelControlTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[]}";
    private static final String ANSWER = "{\"model\":\"acme-x\",\"choices\":[]}";

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;

    @BeforeEach
    void providers() {
        openai = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(ANSWER));
        anthropic = FakeModelServer.start();
    }

    @AfterEach
    void stop() {
        openai.close();
        anthropic.close();
    }

    @Test
    void nothingIsSentToAProviderWhenTheAuditLogIsDown() throws Exception {
        try (TestGateway gateway = ModelGateways.in(folder, openai, anthropic).start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
            openai.clearRequests();
            gateway.breakAuditLog();

            WireAnswer answer = alice.chat(CHAT);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).contains("5");
            assertThat(answer.json().at("/error/code").asString()).isEqualTo("overloaded");
            assertThat(alice.ask(alice.get("/v1/models")).status()).isEqualTo(503);
            assertThat(openai.requests()).isEmpty();
        }
    }

    @Test
    void aRulesRateIsKeptToPerCallerAndModel() throws Exception {
        String limited = ModelGateways.ALLOW.replace(
                "\"model:gone\"]", "\"model:gone\"]\n    limits: {calls_per_minute: 1, result_bytes: 20}");
        try (TestGateway gateway =
                ModelGateways.in(folder, openai, anthropic).policy(limited).start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer large = alice.chat(CHAT);
            WireAnswer second = alice.chat(CHAT);

            assertThat(large.status()).as("larger than the rule allows").isEqualTo(502);
            assertThat(large.json().at("/error/code").asString()).isEqualTo("answer_too_large");
            assertThat(large.header("x-should-retry"))
                    .as("it is paid for, and would be again")
                    .contains("false");
            assertThat(second.status()).isEqualTo(429);
            assertThat(second.header("retry-after")).isPresent();
            assertThat(second.json().at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
            assertThat(ModelAgent.of(gateway, "bob").chat(CHAT).status()).isEqualTo(502);
            assertThat(openai.requests()).hasSize(2);
        }
    }

    @Test
    void aStreamThatGrowsBeyondItsRuleIsEnded() throws Exception {
        String limited =
                ModelGateways.ALLOW.replace("\"model:gone\"]", "\"model:gone\"]\n    limits: {result_bytes: 40}");
        openai.on("/chat/completions", turn -> {
            turn.begin().data("{\"choices\":[1]}").data("{\"choices\":[2,2,2,2,2,2,2,2,2]}");
            turn.connection().awaitPeerClose();
        });
        try (TestGateway gateway =
                ModelGateways.in(folder, openai, anthropic).policy(limited).start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat("{\"model\":\"gpt\",\"stream\":true}");

            assertThat(answer.events()).hasSize(2).first().isEqualTo("{\"choices\":[1]}");
            assertThat(answer.json().at("/error/code").asString()).isEqualTo("answer_too_large");
            Await.until("the provider is left alone", () -> openai.open() == 0);
        }
    }

    @Test
    void theProvidersPlacesAreCounted() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            go.await();
            turn.whole(ANSWER);
        });
        try (TestGateway gateway = ModelGateways.in(folder, openai, anthropic, "concurrent_calls: 1,")
                        .start();
                WireClient first =
                        ModelAgent.of(gateway).begin(ModelAgent.of(gateway).post("/v1/chat/completions", CHAT))) {
            Await.until("the first one is asked", () -> openai.requests().size() == 1);

            WireAnswer second = ModelAgent.of(gateway).chat(CHAT);
            go.countDown();

            assertThat(second.status()).isEqualTo(503);
            assertThat(second.json().at("/error/code").asString()).isEqualTo("overloaded");
            assertThat(first.read().status()).isEqualTo(200);
        }
    }

    @Test
    void whatIsTooLargeIsNeitherTakenNorPassedOn() throws Exception {
        openai.on("/chat/completions", turn -> turn.whole("{\"a\":\"" + "x".repeat(3_000) + "\"}"));
        TestGateway.Builder builder = ModelGateways.in(folder, openai, anthropic);
        Path file = builder.write();
        String yaml = Files.readString(file);
        int at = yaml.indexOf("models:") + "models:".length();
        builder.section(
                "models",
                "\n  request_bytes: 2048\n  reply_bytes: 2048"
                        + yaml.substring(at).replaceAll("(?s)\\n[a-z].*", ""));
        try (TestGateway gateway = builder.start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer large = alice.chat(CHAT);
            assertThat(large.status()).isEqualTo(502);
            assertThat(large.header("x-should-retry")).contains("false");
            WireAnswer huge = alice.chat("{\"model\":\"gpt\",\"x\":\"" + "y".repeat(3_000) + "\"}");
            assertThat(huge.status()).isEqualTo(413);
            assertThat(huge.json().at("/error/code").asString()).isEqualTo("request_too_large");
            assertThat(openai.requests()).hasSize(1);
        }
    }

    @Test
    void aStoppedCallerCallsNoModel() throws Exception {
        try (TestGateway gateway =
                ModelGateways.in(folder, openai, anthropic).operator().start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            assertThat(alice.chat(CHAT).status()).isEqualTo(200);

            WireAnswer stopped = gateway.operate(
                    "POST",
                    "/kill",
                    "{\"kind\":\"subject\",\"issuer\":\"corp\",\"value\":\"alice\",\"reason\":\"test\"}");

            assertThat(stopped.status()).isEqualTo(200);
            assertThat(alice.chat(CHAT).status()).isEqualTo(401);
            assertThat(ModelAgent.of(gateway, "bob").chat(CHAT).status()).isEqualTo(200);
        }
    }

    @Test
    void aChangedPolicyHoldsForTheNextCall() throws Exception {
        try (TestGateway gateway = ModelGateways.in(folder, openai, anthropic).start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            assertThat(alice.chat(CHAT).status()).isEqualTo(200);

            gateway.rewritePolicy(ModelGateways.ALLOW.replace("subject: mallory", "subject: alice"));

            Await.until("the model is gone", () -> alice.chat(CHAT).status() == 404);
        }
    }

    @Test
    void aMissingScopeIsAskedFor() throws Exception {
        String scoped = ModelGateways.ALLOW.replace(
                "\"model:gone\"]", "\"model:gone\"]\n    requires_scope: [\"models:large\"]");
        try (TestGateway gateway =
                ModelGateways.in(folder, openai, anthropic).policy(scoped).start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("WWW-Authenticate").orElse("")).contains("insufficient_scope", "models:large");
            assertThat(openai.requests()).isEmpty();
        }
    }

    @Test
    void aCallIsMeasuredWithItsTokens() throws Exception {
        openai.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"model\":\"acme-x\",\"choices\":[{\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":9}}")
                        .data("[DONE]")
                        .end());
        try (TestGateway gateway = ModelGateways.in(folder, openai, anthropic).start()) {
            ModelAgent.of(gateway).chat("{\"model\":\"gpt\",\"stream\":true}");

            String labels =
                    "{gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\",gen_ai_request_model=\"acme-large-1\"";
            Await.until(
                    "it is counted",
                    () -> gateway.admin("/metrics")
                            .text()
                            .contains("gen_ai_client_operation_duration_seconds_count" + labels + "} 1"));
            assertThat(gateway.admin("/metrics").text())
                    .contains("gen_ai_client_operation_time_to_first_chunk_seconds_count" + labels + "} 1")
                    .contains("gen_ai_client_token_usage_sum" + labels + ",gen_ai_token_type=\"input\"} 70")
                    .contains("gen_ai_client_token_usage_sum" + labels + ",gen_ai_token_type=\"output\"} 9");
        }
    }

    @Test
    void aCallThatFailsIsMeasuredAsAFailureOfItsProvider() throws Exception {
        openai.on("/chat/completions", turn -> turn.answer(500, "{}"));
        try (TestGateway gateway = ModelGateways.in(folder, openai, anthropic).start()) {
            ModelAgent.of(gateway).chat("{\"model\":\"gpt\"}");

            String failed = "gen_ai_client_operation_duration_seconds_count{error_type=\"provider_failed\","
                    + "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\",gen_ai_request_model=\"acme-large-1\"} 1\n";
            Await.until("it is counted", () -> gateway.admin("/metrics").text().contains(failed));
        }
    }

    @Test
    void theSpansAreThoseOfTheConventions() throws Exception {
        Queue<RawRequest> exports = new ConcurrentLinkedQueue<>();
        openai.on(
                "/chat/completions",
                turn -> turn.whole("{\"model\":\"acme-x-0611\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":"
                        + "{\"content\":\"answer-text\"}}],\"usage\":{\"prompt_tokens\":70,\"completion_tokens\":9}}"));
        anthropic.on(
                "/messages",
                turn -> turn.whole("{\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],"
                        + "\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}"));
        try (RawServer receiver = RawServer.start(connection -> {
                    for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                        exports.add(next.get());
                        connection.answer(200, "application/x-protobuf", "");
                    }
                });
                TestGateway gateway = ModelGateways.in(folder, openai, anthropic)
                        .section(
                                "telemetry",
                                "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 100}")
                        .start()) {
            ModelAgent.of(gateway).chat("{\"model\":\"gpt\",\"messages\":[\"request-text\"]}");

            Await.until("the spans are exported", () -> spans(exports).contains("chat acme-large-1"));
            assertThat(spans(exports))
                    .contains("chat gpt", "gen_ai.request.model", "gen_ai.response.model", "acme-x-0611")
                    .contains("gen_ai.usage.input_tokens", "gen_ai.response.finish_reasons", "gen_ai.provider.name")
                    .doesNotContain("gateway.dropped", "answer-text", "request-text", "alice");
            ModelAgent.of(gateway)
                    .chat(
                            "{\"model\":\"claude\",\"x_new\":\"request-text\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
            Await.until("what was dropped is told", () -> spans(exports).contains("chat other-sonnet-9"));
            assertThat(spans(exports)).contains("gateway.dropped", "/x_new (").doesNotContain("request-text");
        }
    }

    /** Protocol buffers hold texts as they are. */
    private static String spans(Queue<RawRequest> exports) {
        return exports.stream()
                .filter(each -> each.target().equals("/v1/traces"))
                .map(RawRequest::text)
                .collect(Collectors.joining());
    }

    @Test
    void withoutModelsNoPathOfTheirsExists() throws Exception {
        try (TestGateway gateway = TestGateway.in(folder).start()) {
            WireAnswer answer = gateway.send(WireRequest.of("POST", "/v1/chat/completions")
                    .plus("Host", "127.0.0.1:" + gateway.port())
                    .plus("Content-Type", "application/json")
                    .body(CHAT));

            assertThat(answer.status()).isEqualTo(404);
        }
    }
}
