package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.testing.BedrockFrame;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.gateway.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A doctor asks each kind of provider in its own words, and finds at each what returns 200 all the same. */
class DoctorKindsTest {
    private static final List<String> CHATTING = List.of("claude", "gem", "llama", "nova", "rock");
    private static final Pattern MARK = Pattern.compile("nothing else: ([0-9a-f]{12})");
    private static final String NOVA = "/model/eu.amazon.nova-x-v1%3A0";
    private static final String ROCK = "/model/eu.anthropic.claude-x-v1%3A0";
    private static final List<String> WELL = List.of("x-request-id: r-1");

    @TempDir
    static Path folder;

    private static FakeModelServer provider;
    private static TestGateway gateway;

    /** How all of them answer; the model is another one where it is not empty. */
    private record Manner(String served, boolean ends, List<String> headers) {
        String model(String usual) {
            return "\"" + (served.isEmpty() ? usual : served) + "\"";
        }

        String[] head() {
            return headers.toArray(String[]::new);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        provider = FakeModelServer.start();
        Files.createDirectories(folder);
        for (String name : List.of("anthropic.key", "google.key")) {
            ModelGateways.secret(folder.resolve(name), "sk-upstream-0001");
        }
        Files.writeString(
                folder.resolve("prices.yaml"),
                "version: 1\nprices:\n"
                        + Stream.of("other", "google", "local", "aws")
                                .map(name ->
                                        "  - {provider: " + name + ", model: \"*\", effective_from: \"2020-01-01\","
                                                + " per_million_tokens: {input: \"1\", output: \"2\"}}\n")
                                .reduce("", String::concat));
        gateway = TestGateway.in(folder)
                .policy("""
                        version: 1
                        rules:
                          - id: the-doctor-may-ask
                            effect: permit
                            principals: {issuer: gateway, subject: doctor}
                            actions: [model/call]
                            resources: ["model:claude", "model:gem", "model:llama", "model:nova", "model:rock", "model:vec"]
                          - id: support-may-ask
                            effect: permit
                            principals: {issuer: corp, groups: [support]}
                            actions: [model/call]
                            resources: ["model:llama", "model:vec"]
                        """)
                .section("models", """

                  providers:
                    other: {kind: anthropic, base_url: "%1$s", credential: {static: {secret: {file: anthropic.key}}}}
                    google: {kind: gemini, base_url: "%1$s", credential: {static: {secret: {file: google.key}}}}
                    local: {kind: openai_compatible, base_url: "%1$s", credential: none}
                    aws:
                      kind: bedrock
                      base_url: "%2$s"
                      credential: %3$s
                  aliases:
                    claude: {targets: [{provider: other, model: sonnet-9}]}
                    gem: {targets: [{provider: google, model: gem-3}]}
                    llama: {targets: [{provider: local, model: llama-3}]}
                    nova: {targets: [{provider: aws, model: "eu.amazon.nova-x-v1:0"}]}
                    rock: {targets: [{provider: aws, model: "eu.anthropic.claude-x-v1:0"}]}
                    vec: {targets: [{provider: local, model: vec-1}]}
                  prices: {file: prices.yaml}
                  doctor: {daily_usd: "1"}
                """.formatted(
                                provider.url(), provider.url().resolve("/"), ModelGateways.aws(folder, "")))
                .operator()
                .start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        provider.close();
    }

    @BeforeEach
    void well() {
        provider.clearRequests();
        answering(new Manner("", true, WELL));
    }

    @AfterEach
    void theScriptsWereContent() {
        assertThat(provider.failures()).isEmpty();
    }

    private static void answering(Manner manner) {
        provider.on("/chat/completions", turn -> chat(turn, manner));
        provider.on(
                "/embeddings",
                turn -> turn.answer(
                        200,
                        "{\"object\":\"list\",\"model\":" + manner.model("vec-1")
                                + ",\"data\":[{\"index\":0,\"embedding\":[0.5]}]"
                                + (manner.ends() ? ",\"usage\":{\"prompt_tokens\":20,\"total_tokens\":20}" : "") + "}",
                        manner.head()));
        provider.on("/messages", turn -> messages(turn, "sonnet-9", manner));
        provider.on(ROCK + "/invoke", turn -> messages(turn, "claude-x", manner));
        provider.on(ROCK + "/invoke-with-response-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE, manner.head());
            for (String event : messageEvents(turn, "claude-x", manner)) {
                turn.raw(BedrockFrame.chunk(event));
            }
            turn.end();
        });
        provider.on(
                "/models/gem-3:generateContent", turn -> turn.answer(200, gemini(turn, manner, true), manner.head()));
        provider.on(
                "/models/gem-3:streamGenerateContent?alt=sse",
                turn -> turn.begin(manner.head())
                        .data(gemini(turn, manner, manner.ends()))
                        .end());
        provider.on(
                NOVA + "/converse",
                turn -> turn.answer(
                        200,
                        "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"" + mark(turn)
                                + "\"}]}},\"stopReason\":\"end_turn\"," + converseUsage(manner) + "}",
                        manner.head()));
        provider.on(NOVA + "/converse-stream", turn -> {
            turn.beginAs(BedrockFrame.CONTENT_TYPE, manner.head())
                    .raw(BedrockFrame.event("messageStart", "{\"role\":\"assistant\"}"))
                    .raw(BedrockFrame.event(
                            "contentBlockDelta",
                            "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"" + mark(turn) + "\"}}"))
                    .raw(BedrockFrame.event("contentBlockStop", "{\"contentBlockIndex\":0}"))
                    .raw(BedrockFrame.event("messageStop", "{\"stopReason\":\"end_turn\"}"));
            if (manner.ends()) {
                turn.raw(BedrockFrame.event("metadata", "{" + converseUsage(manner) + "}"));
            }
            turn.end();
        });
    }

    private static String mark(ModelTurn turn) {
        Matcher matcher = MARK.matcher(turn.request().text());
        assertThat(matcher.find()).as(turn.request().text()).isTrue();
        return matcher.group(1);
    }

    /** A router alone says which model it has chosen. */
    private static String converseUsage(Manner manner) {
        return "\"usage\":{\"inputTokens\":20,\"outputTokens\":4}"
                + (manner.served().isEmpty()
                        ? ""
                        : ",\"trace\":{\"promptRouter\":{\"invokedModelId\":\"" + manner.served() + "\"}}");
    }

    private static String gemini(ModelTurn turn, Manner manner, boolean ends) {
        return "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"" + mark(turn) + "\"}]}"
                + (ends ? ",\"finishReason\":\"STOP\"" : "") + "}],\"modelVersion\":" + manner.model("gem-3")
                + ",\"usageMetadata\":{\"promptTokenCount\":20,\"candidatesTokenCount\":4}}";
    }

    private static void chat(ModelTurn turn, Manner manner) throws IOException {
        String model = "\"model\":" + manner.model("llama-3");
        String usage = "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":4}";
        if (!turn.request().text().contains("\"stream\":true")) {
            turn.answer(
                    200,
                    "{" + model + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                            + mark(turn) + "\"},\"finish_reason\":\"stop\"}]," + usage + "}",
                    manner.head());
            return;
        }
        turn.begin(manner.head())
                .data("{" + model + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + mark(turn)
                        + "\"},\"finish_reason\":\"stop\"}]}")
                .data("{" + model + ",\"choices\":[]," + usage + "}");
        if (manner.ends()) {
            turn.data("[DONE]");
        }
        turn.end();
    }

    private static void messages(ModelTurn turn, String model, Manner manner) throws IOException {
        if (!turn.request().text().contains("\"stream\":true")) {
            turn.answer(
                    200,
                    "{\"id\":\"m\",\"type\":\"message\",\"model\":" + manner.model(model)
                            + ",\"content\":[{\"type\":\"text\",\"text\":\""
                            + mark(turn) + "\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":20,"
                            + "\"output_tokens\":4}}",
                    manner.head());
            return;
        }
        turn.begin(manner.head());
        for (String event : messageEvents(turn, model, manner)) {
            turn.event(event.replaceFirst(".*?\"type\":\"([a-z_]+)\".*", "$1"), event);
        }
        turn.end();
    }

    private static List<String> messageEvents(ModelTurn turn, String model, Manner manner) {
        List<String> events = new ArrayList<>(
                List.of(
                        "{\"type\":\"message_start\",\"message\":{\"model\":" + manner.model(model)
                                + ",\"usage\":{\"input_tokens\":20,\"output_tokens\":1}}}",
                        "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""
                                + mark(turn) + "\"}}",
                        "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}"));
        if (manner.ends()) {
            events.add("{\"type\":\"message_stop\"}");
        }
        return events;
    }

    private static Ran doctor(String... more) {
        return Ran.of(
                gateway,
                folder,
                Stream.concat(Stream.of("doctor"), Stream.of(more)).toArray(String[]::new));
    }

    private static Ran doctorOfAll() {
        return doctor(CHATTING.toArray(String[]::new));
    }

    private static List<String> asked(String path) {
        return provider.requests().stream()
                .filter(request -> request.target().endsWith(path))
                .map(RawRequest::text)
                .toList();
    }

    @Test
    void allKindsThatAreWellPass() {
        Ran ran = doctorOfAll();

        assertThat(ran.faults()).isEmpty();
        assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(ExitCode.OK);
        assertThat(ran.out())
                .contains("15 probes, USD 0.00042: all is as planned")
                .doesNotContain("open  ");
        assertThat(asked("/chat/completions")).hasSize(3).allMatch(body -> body.contains("\"max_tokens\":32"));
        assertThat(asked("/messages")).hasSize(3).allMatch(body -> body.contains("\"max_tokens\":32"));
        assertThat(asked(ROCK + "/invoke")).hasSize(2);
        assertThat(asked(ROCK + "/invoke-with-response-stream"))
                .singleElement()
                .asString()
                .contains("\"max_tokens\":32", "\"anthropic_version\":\"bedrock-");
        assertThat(asked(":generateContent")).hasSize(2).allMatch(body -> body.contains("\"maxOutputTokens\":32"));
        assertThat(asked(NOVA + "/converse")).hasSize(2).allMatch(body -> body.contains("\"maxTokens\":32"));
        assertThat(provider.requests())
                .filteredOn(request -> request.target().endsWith("/messages"))
                .allMatch(request -> request.header("anthropic-version").isPresent());
    }

    @Test
    void anotherModelIsFoundAtEachKind() {
        answering(new Manner("small-9", true, WELL));

        assertThat(doctorOfAll().faults())
                .hasSize(15)
                .allMatch(line -> line.contains("model: asked for ") && line.contains(", served by small-9 -> "));
    }

    @Test
    void aStreamWithoutItsLastEventIsFoundAtEachKind() {
        answering(new Manner("", false, WELL));

        assertThat(doctorOfAll().faults())
                .hasSize(5)
                .allMatch(line -> line.startsWith("FAULT  answer: none: stream_broken"));
    }

    @Test
    void aProxyThatSendsAgainIsFoundAtEachKind() {
        answering(new Manner("", true, List.of("x-request-id: r-1", "x-envoy-attempt-count: 2")));

        assertThat(doctorOfAll().faults())
                .hasSize(15)
                .allMatch(line -> line.startsWith("FAULT  retries: a proxy on the way to the model says"));
    }

    @Test
    void whoAlwaysSendsAnIdAndDoesNotIsFound() {
        answering(new Manner("", true, List.of()));

        Ran ran = doctorOfAll();

        assertThat(ran.faults())
                .as("Anthropic's, and Bedrock's two models")
                .hasSize(9)
                .allMatch(line -> line.startsWith("FAULT  request id: "));
        assertThat(ran.out().lines().filter(line -> line.contains("open  request id: none")))
                .hasSize(6);
    }

    @Test
    void theWayThatAgentsTakeIsTriedWithWhatTheModelIsFor() throws Exception {
        Path key = folder.resolve("alice.key");
        ModelGateways.secret(key, ModelAgent.token(gateway, "alice"));
        String[] through = {"--through", gateway.url().resolve("/v1").toString(), "--key-file", key.toString()};

        Ran vec = doctor(Stream.concat(Stream.of("--embeddings", "vec"), Stream.of(through))
                .toArray(String[]::new));
        List<String> ofVec =
                provider.requests().stream().map(RawRequest::target).toList();
        provider.clearRequests();
        Ran llama = doctor(Stream.concat(Stream.of("llama"), Stream.of(through)).toArray(String[]::new));

        assertThat(vec.faults()).isEmpty();
        assertThat(vec.code()).as(vec.out() + vec.err()).isEqualTo(ExitCode.OK);
        assertThat(vec.out())
                .contains("vec through ", "answer: 200", "headers: what the gateway says arrives")
                .contains("calls: one was sent, and one came, in its trace");
        assertThat(ofVec).containsExactly("/v1/embeddings", "/v1/embeddings");
        assertThat(llama.code()).as(llama.out() + llama.err()).isEqualTo(ExitCode.OK);
        assertThat(provider.requests())
                .extracting(RawRequest::target)
                .hasSize(4)
                .containsOnly("/v1/chat/completions");
    }

    @Test
    void withoutNamesAllModelsAreAskedForWhatTheOperatorSays() {
        Ran chats = doctor("--plan");
        Ran embeds = doctor("--plan", "--embeddings");

        assertThat(chats.out())
                .contains("would send  vec at local/vec-1 whole", "would send  llama at local/llama-3 whole")
                .doesNotContain("vec-1 embeddings");
        assertThat(embeds.out())
                .contains("would send  vec at local/vec-1 embeddings", "would send  llama at local/llama-3 embeddings")
                .contains("2 calls, ");
    }

    @Test
    void modelsOfEmbeddingsAreAskedForOne() {
        Ran well = doctor("--embeddings", "vec");
        answering(new Manner("small-9", false, WELL));
        Ran ill = doctor("--embeddings", "vec");

        assertThat(well.faults()).isEmpty();
        assertThat(well.code()).as(well.out() + well.err()).isEqualTo(ExitCode.OK);
        assertThat(well.out()).contains("vec at local/vec-1 embeddings", "1 probes, USD 0.00002: all is as planned");
        assertThat(provider.requests())
                .extracting(RawRequest::target)
                .containsExactly("/v1/embeddings", "/v1/embeddings");
        assertThat(ill.faults())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("FAULT  model: asked for vec-1, served by small-9"))
                .anyMatch(line -> line.startsWith("FAULT  usage: the answer does not say"));
    }
}
