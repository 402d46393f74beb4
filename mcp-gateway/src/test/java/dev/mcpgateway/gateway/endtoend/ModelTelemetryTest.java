package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spans and metrics of calls of models have the names and values of the conventions, and nothing else. */
class ModelTelemetryTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final int SERVER = 2;
    private static final int CLIENT = 3;
    private static final int ERROR = 2;

    @TempDir
    static Path folder;

    private static final Queue<RawRequest> EXPORTS = new ConcurrentLinkedQueue<>();
    private static final AtomicLong TRACES = new AtomicLong();
    private static FakeModelServer provider;
    private static RawServer receiver;
    private static TestGateway gateway;
    private static TestGateway latest;

    private String trace = "";

    @BeforeAll
    static void start() throws Exception {
        provider = FakeModelServer.start();
        receiver = RawServer.start(connection -> {
            for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                EXPORTS.add(next.get());
                connection.answer(200, "application/x-protobuf", "");
            }
        });
        gateway = gateway("now", "");
        latest = gateway("latest", ", conventions: latest");
    }

    private static TestGateway gateway(String name, String conventions) throws Exception {
        return ModelGateways.ofAllKinds(folder.resolve(name), provider, "")
                .section(
                        "telemetry",
                        "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 100" + conventions
                                + "}")
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        latest.close();
        receiver.close();
        provider.close();
    }

    /** Asks in a trace of its own, since exports of one test may come in the next. */
    private void ask(ModelAgent agent, WireRequest request) {
        trace = String.format("%032x", TRACES.incrementAndGet());
        agent.ask(request.plus("traceparent", "00-" + trace + "-00f067aa0ba902b7-01"));
    }

    private void post(TestGateway asked, String path, String body) {
        ModelAgent alice = ModelAgent.of(asked);
        ask(alice, alice.post(path, body));
    }

    private List<ExportedSpan> spans() {
        return EXPORTS.stream()
                .filter(each -> each.target().equals("/v1/traces"))
                .flatMap(each -> ExportedSpan.in(each.body()).stream())
                .filter(each -> each.trace().equals(trace))
                .toList();
    }

    /** The SERVER span ends last, so the other is there with it or before. */
    private ExportedSpan span(int kind, String name) {
        Await.until("the call's span is exported", () -> spans().stream().anyMatch(each -> each.kind() == SERVER));
        List<ExportedSpan> found =
                spans().stream().filter(each -> each.kind() == kind).toList();
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().name()).isEqualTo(name);
        return found.getFirst();
    }

    /** What every exchange with the provider has, and this one beside it. */
    private static Map<String, String> exchange(String operation, String vendor, String model, String... more) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "gen_ai.operation.name", operation,
                "gen_ai.provider.name", vendor,
                "gen_ai.request.model", model,
                "server.address", "127.0.0.1",
                "server.port", Integer.toString(provider.url().getPort())));
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private static void saysNothingOfTheContent() {
        EXPORTS.forEach(each -> assertThat(new String(each.body(), StandardCharsets.ISO_8859_1))
                .doesNotContain("words-of-the-agent", "words-of-the-model", "sk-upstream", "alice"));
    }

    @Test
    void aCompletionHasTheAttributesOfTheConventions() {
        provider.on(
                "/chat/completions",
                turn -> turn.whole(
                        "{\"id\":\"chatcmpl-7\",\"model\":\"acme-large-1-0613\",\"choices\":[{\"message\":{\"content\":"
                                + "\"words-of-the-model\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":30,"
                                + "\"completion_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":20},"
                                + "\"completion_tokens_details\":{\"reasoning_tokens\":4}}}"));

        post(
                gateway,
                "/v1/chat/completions",
                "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"words-of-the-agent\"}],"
                        + "\"max_completion_tokens\":50,\"temperature\":0.5,\"top_p\":1,\"frequency_penalty\":0.25,"
                        + "\"presence_penalty\":-0.5,\"seed\":-12,\"n\":2,\"stop\":[\"words-of-the-agent\"],"
                        + "\"user\":\"words-of-the-agent\",\"response_format\":{\"type\":\"json_object\"}}");

        ExportedSpan exchange = span(CLIENT, "chat acme-large-1");
        assertThat(exchange.attributes())
                .isEqualTo(exchange(
                        "chat",
                        "openai",
                        "acme-large-1",
                        "gen_ai.request.max_tokens",
                        "50",
                        "gen_ai.request.temperature",
                        "0.5",
                        "gen_ai.request.top_p",
                        "1.0",
                        "gen_ai.request.frequency_penalty",
                        "0.25",
                        "gen_ai.request.presence_penalty",
                        "-0.5",
                        "gen_ai.request.seed",
                        "-12",
                        "gen_ai.request.choice.count",
                        "2",
                        "gen_ai.output.type",
                        "json",
                        "gen_ai.response.id",
                        "chatcmpl-7",
                        "gen_ai.response.model",
                        "acme-large-1-0613",
                        "gen_ai.response.finish_reasons",
                        "[stop]",
                        "gen_ai.usage.input_tokens",
                        "30",
                        "gen_ai.usage.output_tokens",
                        "9",
                        "gen_ai.usage.cache_read.input_tokens",
                        "20",
                        "gen_ai.usage.cache_creation.input_tokens",
                        "0",
                        "gen_ai.usage.reasoning.output_tokens",
                        "4"));
        assertThat(exchange.status()).isZero();
        ExportedSpan call = span(SERVER, "chat gpt");
        assertThat(call.attributes().keySet())
                .containsExactlyInAnyOrder(
                        "gen_ai.operation.name",
                        "gen_ai.request.model",
                        "gateway.call.id",
                        "network.transport",
                        "network.protocol.name");
        saysNothingOfTheContent();
    }

    @Test
    void aStreamOfMessagesSaysThatItIsOneAndWhenItBegan() {
        provider.on(
                "/messages",
                turn -> turn.begin()
                        .event(
                                "message_start",
                                "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_7\",\"model\":\"other-sonnet-9\",\"usage\":"
                                        + "{\"input_tokens\":10,\"cache_creation_input_tokens\":5,\"output_tokens\":1}}}")
                        .event(
                                "message_delta",
                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}}")
                        .event("message_stop", "{\"type\":\"message_stop\"}")
                        .end());

        ModelAgent alice = ModelAgent.of(gateway);
        ask(
                alice,
                alice.anthropic(
                        "/v1/messages",
                        "{\"model\":\"claude\",\"max_tokens\":50,\"top_k\":3,\"n\":1,\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));

        Map<String, String> said =
                new TreeMap<>(span(CLIENT, "chat other-sonnet-9").attributes());
        assertThat(Double.parseDouble(said.remove("gen_ai.response.time_to_first_chunk")))
                .isPositive();
        assertThat(said)
                .isEqualTo(exchange(
                        "chat",
                        "anthropic",
                        "other-sonnet-9",
                        "gen_ai.request.stream",
                        "true",
                        "gen_ai.request.max_tokens",
                        "50",
                        "gen_ai.request.top_k",
                        "3",
                        "gen_ai.response.id",
                        "msg_7",
                        "gen_ai.response.model",
                        "other-sonnet-9",
                        "gen_ai.response.finish_reasons",
                        "[end_turn]",
                        "gen_ai.usage.input_tokens",
                        "15",
                        "gen_ai.usage.output_tokens",
                        "3",
                        "gen_ai.usage.cache_read.input_tokens",
                        "0",
                        "gen_ai.usage.cache_creation.input_tokens",
                        "5",
                        "gen_ai.usage.reasoning.output_tokens",
                        "0"));
    }

    @Test
    void theTimeBetweenEventsOfAStreamIsMeasuredFromTheSecondOneOn() {
        provider.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"model\":\"gem-9\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}")
                        .data("{\"model\":\"gem-9\",\"choices\":[{\"delta\":{\"content\":\"b\"}}]}")
                        .data("{\"model\":\"gem-9\",\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")
                        .data("[DONE]")
                        .end());
        String stream = CHAT.replace("gpt", "llama").replace("{\"model\"", "{\"stream\":true,\"model\"");

        post(gateway, "/v1/chat/completions", stream);
        post(latest, "/v1/chat/completions", stream);

        assertThat(gateway.admin("/metrics").text())
                .containsPattern("gen_ai_client_operation_time_per_output_chunk_seconds_count\\{.*\"llama-3\".*} 2\n")
                .containsPattern("gateway_overhead_seconds_count\\{gen_ai_operation_name=\"chat\"} [1-9]")
                .doesNotContain("gen_ai_client_inference_time_per_output_chunk");
        assertThat(latest.admin("/metrics").text())
                .containsPattern("gen_ai_client_inference_time_per_output_chunk_seconds_count\\{.*\"llama-3\".*} 2\n");
    }

    private static List<ExportedSpan.Event> events(String name, int atLeast) {
        List<ExportedSpan.Event> found = new ArrayList<>();
        Await.until(atLeast + " events " + name, () -> {
            found.clear();
            EXPORTS.stream()
                    .filter(each -> each.target().equals("/v1/logs"))
                    .flatMap(each -> ExportedSpan.events(each.body()).stream())
                    .filter(each -> each.name().equals(name))
                    .forEach(found::add);
            return found.size() >= atLeast;
        });
        return found;
    }

    @Test
    void whoWantsEventsGetsTheUsageAndTheEndOfEachCallSampledOrNot() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        provider.on(
                "/chat/completions",
                turn -> turn.whole(
                        "{\"id\":\"c\",\"model\":\"acme-large-1\",\"choices\":[{\"message\":{\"content\":\"words-of-the-model\"},"
                                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":9,"
                                + "\"prompt_tokens_details\":{\"cached_tokens\":20}}}"));
        provider.on("/messages", turn -> turn.answer(500, "{\"error\":{\"message\":\"words-of-the-model\"}}"));
        provider.on(
                "/models/gem-3:generateContent",
                turn -> assertThat(over.await(1, TimeUnit.MINUTES)).isTrue());
        try (TestGateway told = ModelGateways.ofAllKinds(folder.resolve("told"), provider, "total_timeout_ms: 5000,")
                .section(
                        "telemetry",
                        "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 0, events: true}")
                .start()) {
            ModelAgent alice = ModelAgent.of(told);
            String call = alice.chat(CHAT).header("x-gateway-call-id").orElseThrow();
            alice.ask(alice.anthropic(
                    "/v1/messages",
                    "{\"model\":\"claude\",\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
            alice.ask(alice.post(
                    "/v1beta/models/gem:generateContent", "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}]}"));

            List<ExportedSpan.Event> ended = events("gateway.call.processed", 3);
            List<ExportedSpan.Event> used = events("gateway.model.usage", 1);
            over.countDown();
            assertThat(ended)
                    .extracting(each -> each.attributes().get("gateway.outcome"))
                    .containsExactly("success", "error", "timeout");
            assertThat(ended.getFirst().attributes())
                    .containsEntry("gateway.call.id", call)
                    .containsEntry("gen_ai.operation.name", "chat")
                    .containsKeys("gateway.duration", "gateway.overhead", "gateway.run.id");
            assertThat(used)
                    .as("who said nothing of tokens used none that are known")
                    .hasSize(1);
            Map<String, String> said = new TreeMap<>(used.getFirst().attributes());
            assertThat(said.remove("trace")).isEqualTo(said.remove("gateway.run.id"));
            assertThat(Double.parseDouble(said.remove("gateway.duration"))).isPositive();
            assertThat(said)
                    .isEqualTo(new TreeMap<>(Map.ofEntries(
                            Map.entry("gateway.call.id", call),
                            Map.entry("gateway.channel", "chat_completions"),
                            Map.entry("gateway.model.alias", "gpt"),
                            Map.entry("gateway.provider", "acme"),
                            Map.entry("gen_ai.operation.name", "chat"),
                            Map.entry("gen_ai.provider.name", "openai"),
                            Map.entry("gen_ai.request.model", "acme-large-1"),
                            Map.entry("gen_ai.response.model", "acme-large-1"),
                            Map.entry("gen_ai.usage.input_tokens", "30"),
                            Map.entry("gen_ai.usage.output_tokens", "9"),
                            Map.entry("gen_ai.usage.cache_read.input_tokens", "20"),
                            Map.entry("gen_ai.usage.cache_creation.input_tokens", "0"),
                            Map.entry("gen_ai.usage.reasoning.output_tokens", "0"))));
            saysNothingOfTheContent();
        }
    }

    @Test
    void geminisSettingsAndEmbeddingsHaveTheSameNames() {
        provider.on(
                "/models/gem-3:generateContent",
                turn -> turn.whole("{\"responseId\":\"g-7\",\"modelVersion\":\"gem-3\",\"candidates\":[]}"));
        provider.on(
                "/embeddings",
                turn -> turn.whole("{\"model\":\"acme-large-1\",\"data\":[],\"usage\":{\"prompt_tokens\":2}}"));

        post(
                gateway,
                "/v1beta/models/gem:generateContent",
                "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"generationConfig\":{\"maxOutputTokens\":5,\"temperature\":0,"
                        + "\"topK\":\"many\",\"responseMimeType\":\"application/json\"}}");
        assertThat(span(CLIENT, "generate_content gem-3").attributes())
                .as("a word is no number")
                .isEqualTo(exchange(
                        "generate_content",
                        "gcp.gemini",
                        "gem-3",
                        "gen_ai.request.max_tokens",
                        "5",
                        "gen_ai.request.temperature",
                        "0.0",
                        "gen_ai.output.type",
                        "json",
                        "gen_ai.response.id",
                        "g-7",
                        "gen_ai.response.model",
                        "gem-3"));

        post(
                gateway,
                "/v1/embeddings",
                "{\"model\":\"gpt\",\"input\":\"words-of-the-agent\",\"dimensions\":256,\"encoding_format\":\"base64\",\"seed\":1}");
        assertThat(span(CLIENT, "embeddings acme-large-1").attributes())
                .containsEntry("gen_ai.embeddings.dimension.count", "256")
                .containsEntry("gen_ai.request.encoding_formats", "[base64]")
                .containsEntry("gen_ai.usage.input_tokens", "2")
                .doesNotContainKeys("gen_ai.request.seed", "gen_ai.response.id");
        saysNothingOfTheContent();
    }

    @Test
    void aFailureIsAStatusWithAMessageAndAnExceptionOnBothSpans() {
        provider.on("/chat/completions", turn -> turn.answer(500, "{\"error\":{\"message\":\"words-of-the-model\"}}"));

        post(gateway, "/v1/chat/completions", CHAT);

        ExportedSpan exchange = span(CLIENT, "chat acme-large-1");
        assertThat(exchange.status()).isEqualTo(ERROR);
        assertThat(exchange.message()).isEqualTo("HTTP 500");
        assertThat(exchange.attributes()).containsEntry("error.type", "provider_failed");
        assertThat(exchange.events())
                .contains(new ExportedSpan.Event(
                        "exception", Map.of("exception.type", "provider_failed", "exception.message", "HTTP 500")));
        ExportedSpan call = span(SERVER, "chat gpt");
        assertThat(call.status()).isEqualTo(ERROR);
        assertThat(call.events()).extracting(ExportedSpan.Event::name).contains("exception");
        saysNothingOfTheContent();
    }

    @Test
    void theNamesThatAreToBeAreThereForWhoAsksForThem() {
        provider.on(
                "/chat/completions",
                turn -> turn.whole(
                        "{\"id\":\"c\",\"model\":\"acme-large-1\",\"choices\":[{\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":20}}}"));

        post(latest, "/v1/chat/completions", CHAT);

        assertThat(span(CLIENT, "chat acme-large-1").attributes())
                .containsEntry("gen_ai.usage.cache_write.input_tokens", "0")
                .doesNotContainKey("gen_ai.usage.cache_creation.input_tokens");
        post(gateway, "/v1/chat/completions", CHAT);
        assertThat(latest.admin("/metrics").text())
                .contains("gen_ai_client_inference_duration_seconds_count{")
                .containsPattern("gen_ai_client_inference_usage_input_tokens_total\\{.*} 30")
                .containsPattern("gen_ai_client_inference_usage_cache_read_input_tokens_total\\{.*} 20")
                .contains("gen_ai_client_inference_operation_output_tokens_sum{")
                .doesNotContain("gen_ai_client_operation_duration", "gen_ai_client_token_usage");
        assertThat(gateway.admin("/metrics").text())
                .contains("gen_ai_client_operation_duration_seconds_count{", "gen_ai_client_token_usage_sum{")
                .doesNotContain("gen_ai_client_inference");
    }

    @Test
    void whereTheContextIsKnownItIsMeasuredHowMuchOfItCallsTake() throws Exception {
        provider.on(
                "/chat/completions",
                turn -> turn.whole(
                        "{\"model\":\"big-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":50}}"));
        try (TestGateway routed = ModelGateways.routed(
                        folder.resolve("context"),
                        provider,
                        provider,
                        "",
                        "{gpt: {targets: [{provider: one, model: big-1, context_tokens: 1000}]},"
                                + " open: {targets: [{provider: two, model: big-2}]}}")
                .start()) {
            ModelAgent.of(routed).chat(CHAT);
            ModelAgent.of(routed).chat(CHAT.replace("gpt", "open"));

            assertThat(routed.admin("/metrics").text())
                    .containsPattern("gateway_model_context_used_sum\\{.*gen_ai_request_model=\"big-1\".*} 0\\.25\n")
                    .doesNotContainPattern("gateway_model_context_used_sum\\{.*big-2");
        }
    }
}
