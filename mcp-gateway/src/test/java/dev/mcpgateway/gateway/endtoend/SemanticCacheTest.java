package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to another text that means the same: for the same caller, in an equal request, and never where one may doubt it. */
class SemanticCacheTest {
    private static final String TEXT = "How do I reset my password?";
    private static final String OTHER = "How can I reset my password?";
    private static final String POLICY = """
            version: 1
            rules:
              - id: all-may-ask
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [model/call]
                resources: ["model:gpt", "model:claude", "model:secret"]
            """;

    private static final String REDACTING = POLICY + """
            models:
              - names: ["model:gpt"]
                lists:
                  - {id: key, patterns: "sk-[0-9a-f]{16}", mode: enforce, action: redact}
            """;

    @TempDir
    Path folder;

    private final AtomicInteger asked = new AtomicInteger();
    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    @BeforeEach
    void providers() {
        openai = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(numbered()));
        anthropic = FakeModelServer.start();
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        openai.close();
        anthropic.close();
        assertThat(openai.failures()).isEmpty();
        assertThat(anthropic.failures()).isEmpty();
    }

    /** Each answer of the provider is another one. */
    private String numbered() {
        return "{\"model\":\"acme-x\",\"choices\":[{\"message\":{\"content\":\"n" + asked.incrementAndGet()
                + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}";
    }

    private ModelAgent start(String caches) throws Exception {
        return start(POLICY, caches);
    }

    private ModelAgent start(String policy, String caches) throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic, "", "cache: {" + caches + "}")
                .policy(policy)
                .start();
        return ModelAgent.of(gateway);
    }

    private static String chat(String text) {
        return body("\"temperature\":0", "{\"role\":\"user\",\"content\":\"" + text + "\"}");
    }

    private static String body(String members, String turns) {
        return "{\"model\":\"gpt\"," + members + ",\"messages\":[" + turns + "]}";
    }

    private static String said(WireAnswer answer) {
        return answer.header("x-gateway-cache").orElse("nothing");
    }

    private String metrics() {
        return gateway.admin("/metrics").text();
    }

    @Test
    void anotherTextThatAsksTheSameGetsTheAnswerThatIsKept() throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}}");

        WireAnswer first = alice.chat(chat(TEXT));
        gateway.clock().advance(Duration.ofSeconds(65));
        gateway.skipRecords();
        WireAnswer second = alice.chat(chat(OTHER));

        assertThat(said(first)).isEqualTo("miss");
        assertThat(said(second)).isEqualTo("semantic");
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(second.header("age").map(Integer::valueOf).orElseThrow()).isBetween(65, 600);
        assertThat(second.header("x-gateway-attempts")).contains("0");
        assertThat(openai.requests()).hasSize(1);
        AuditRecord outcome = gateway.newRecords(2).getLast();
        assertThat(outcome.text("model.cache")).isEqualTo("semantic");
        assertThat(outcome.json())
                .contains("\"input\":9,", "\"bytes_in\":0")
                .doesNotContain("provider", "upstream_status");
        Await.until(
                "it is counted",
                () -> metrics().contains("gateway_cache_requests_total{gateway_result=\"semantic_hit\"} 1"));
        assertThat(metrics()).contains("gen_ai_token_type=\"input\"} 9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "How do I not reset my password?",
                "How do I reset my 2 passwords?",
                "How do I reset my pin?",
                "How do I reset Peter's password?",
                "How do I unset my password?",
                "How do I reset my `password`?",
                "What is the weather like?",
                "Как мне сбросить пароль?"
            })
    void aTextThatAsksSomethingElseGetsAnAnswerOfItsOwn(String text) throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}, similarity_percent: 80}");
        alice.chat(chat(TEXT));

        WireAnswer other = alice.chat(chat(text));

        assertThat(said(other)).isEqualTo("miss");
        assertThat(other.text()).contains("\"n2\"");
    }

    @Test
    void aTextWhoseEndIsNotReadIsNeverCompared() throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}}");
        String longText = "please ".repeat(130);

        assertThat(said(alice.chat(chat(longText + "say yes")))).isEqualTo("miss");
        assertThat(said(alice.chat(chat(longText + "say yes")))).isEqualTo("miss");
        assertThat(openai.requests()).hasSize(2);
        Await.until(
                "it is counted",
                () -> metrics().contains("gateway_cache_requests_total{gateway_result=\"semantic_unread\"} 2"));
    }

    @Test
    void whateverElseDiffersMakesAnotherRequest() throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {share: tenant}, secret: {share: tenant}}}");
        String system = "{\"role\":\"system\",\"content\":\"be kind\"},";
        String turn = "{\"role\":\"user\",\"content\":\"" + TEXT + "\"}";
        String other = "{\"role\":\"user\",\"content\":\"" + OTHER + "\"}";
        String cold = "\"temperature\":0";
        alice.chat(body(cold, system + turn));

        for (String different : List.of(
                body(cold, other),
                body(cold, system.replace("kind", "rude") + other),
                body(
                        cold,
                        system + "{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"ho\"},"
                                + other),
                body(cold, system + other.replace("{\"role\"", "{\"name\":\"x\",\"role\"")),
                body(
                        cold,
                        system
                                + other.replace(
                                        "\"" + OTHER + "\"", "[{\"type\":\"text\",\"text\":\"" + OTHER + "\"}]")),
                body(cold + ",\"max_tokens\":5", system + other),
                body(cold + ",\"seed\":5", system + other),
                body(cold + ",\"response_format\":{\"type\":\"json_object\"}", system + other),
                body(cold, system + other).replace("\"gpt\"", "\"secret\""))) {
            assertThat(said(alice.chat(different))).as(different).isEqualTo("miss");
        }
        assertThat(said(alice.chat(body(cold, system + other)))).isEqualTo("semantic");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"temperature\":1|%s",
                "\"top_p\":1|%s",
                "\"temperature\":0,\"n\":2|%s",
                "\"temperature\":0,\"store\":true|%s",
                "\"temperature\":0,\"tools\":[{\"type\":\"function\"}]|%s",
                "\"temperature\":0,\"modalities\":[\"text\",\"audio\"]|%s",
                "\"temperature\":0|{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]},%s",
                "\"temperature\":0|{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"x\"},%s",
                "\"temperature\":0|{\"role\":\"assistant\",\"content\":\"x\",\"tool_calls\":[]},%s",
                "\"temperature\":0|%s,{\"role\":\"assistant\",\"content\":\"Sure:\"}",
                "\"temperature\":0|"
            })
    void aRequestWithMoreThanTextsPassesBy(String form) throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}}");
        String[] parts = form.split("\\|", -1);
        String request = body(parts[0], parts[1].formatted("{\"role\":\"user\",\"content\":\"" + TEXT + "\"}"));

        assertThat(said(alice.chat(request))).isEqualTo("bypass");
        assertThat(said(alice.chat(request))).isEqualTo("bypass");
    }

    @Test
    void nobodyGetsWhatAnotherCallerOrTenantGot() throws Exception {
        ModelAgent mallory = start("semantic: {aliases: {gpt: {}, secret: {share: tenant}}}");
        mallory.chat(chat(TEXT));
        for (ModelAgent other : List.of(
                ModelAgent.of(gateway, "bob"),
                ModelAgent.of(gateway, "bob", Map.of("tenant", "t1")),
                ModelAgent.of(gateway, "alice", Map.of("tenant", "t1")))) {
            assertThat(said(other.chat(chat(OTHER)))).isEqualTo("miss");
        }

        String shared = chat(TEXT).replace("gpt", "secret");
        ModelAgent.of(gateway, "alice", Map.of("tenant", "t1")).chat(shared);
        String alike = chat(OTHER).replace("gpt", "secret");
        assertThat(said(ModelAgent.of(gateway, "bob", Map.of("tenant", "t2")).chat(alike)))
                .isEqualTo("miss");
        assertThat(said(ModelAgent.of(gateway, "bob").chat(alike))).isEqualTo("miss");
        assertThat(said(ModelAgent.of(gateway, "bob", Map.of("tenant", "t1")).chat(alike)))
                .isEqualTo("semantic");
    }

    @Test
    void underAnotherPolicyNothingIsFound() throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}}");
        alice.chat(chat(TEXT));
        assertThat(said(alice.chat(chat(OTHER)))).isEqualTo("semantic");

        gateway.rewritePolicy(POLICY.replace("all-may-ask", "all-may-still-ask"));

        Await.until("the policy is another", () -> said(alice.chat(chat(OTHER))).equals("miss"));
    }

    @Test
    void whatGuardrailsChangedIsNeitherKeptNorCompared() throws Exception {
        ModelAgent alice = start(REDACTING, "semantic: {aliases: {gpt: {}}}");
        String secret = "How do I reset my password sk-0123456789abcdef?";

        assertThat(said(alice.chat(chat(secret)))).isEqualTo("bypass");
        assertThat(said(alice.chat(chat(secret.replace("9", "8"))))).isEqualTo("bypass");
    }

    @Test
    void anAnswerThatIsKeptIsScreenedAgain() throws Exception {
        openai.on(
                "/chat/completions",
                turn -> turn.whole(
                        "{\"model\":\"acme-x\",\"choices\":[{\"message\":{\"content\":\"sk-0123456789abcdef\"},\"finish_reason\":\"stop\"}]}"));
        ModelAgent alice = start(REDACTING, "semantic: {aliases: {gpt: {}}}");
        alice.chat(chat(TEXT));

        WireAnswer second = alice.chat(chat(OTHER));

        assertThat(said(second)).isEqualTo("semantic");
        assertThat(second.text()).contains("[redacted:key]").doesNotContain("0123456789abcdef");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\"}]},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"content_filter\"}]}",
                "{\"choices\":[]}"
            })
    void anAnswerThatActsOrDidNotEndAsAnswersDoIsNotKept(String answer) throws Exception {
        openai.on("/chat/completions", turn -> turn.whole(answer));
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}}");
        alice.chat(chat(TEXT));

        assertThat(said(alice.chat(chat(TEXT)))).isEqualTo("miss");
    }

    @Test
    void anObservedCacheCountsAndGivesNothing() throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}, observe: true}");
        alice.chat(chat(TEXT));

        WireAnswer second = alice.chat(chat(OTHER));

        assertThat(said(second)).isEqualTo("miss");
        assertThat(second.text()).contains("\"n2\"");
        Await.until(
                "it is counted",
                () -> metrics().contains("gateway_cache_requests_total{gateway_result=\"semantic_would_hit\"} 1"));
    }

    @Test
    void theExactCacheIsAskedFirstAndTheirAnswersAreToldApart() throws Exception {
        ModelAgent alice = start("exact: {aliases: {gpt: {}}}, semantic: {aliases: {gpt: {}}}");

        assertThat(said(alice.chat(chat(TEXT)))).isEqualTo("miss");
        assertThat(said(alice.chat(chat(TEXT)))).isEqualTo("hit");
        assertThat(said(alice.chat(chat(OTHER)))).isEqualTo("semantic");
        assertThat(said(alice.chat(chat(OTHER))))
                .as("it is not kept as its own")
                .isEqualTo("semantic");
        assertThat(openai.requests()).hasSize(1);
    }

    @Test
    void anAnswerIsKeptForItsTimeAndAStreamComesAgainAsOne() throws Exception {
        openai.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data("{\"model\":\"acme-x\",\"choices\":[{\"delta\":{\"content\":\"n" + asked.incrementAndGet()
                                + "\"}}]}")
                        .data("{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}")
                        .data("[DONE]")
                        .end());
        ModelAgent alice = start("semantic: {aliases: {gpt: {ttl_s: 100}}}");
        String streamed = chat(TEXT).replace("\"temperature\"", "\"stream\":true,\"temperature\"");
        WireAnswer first = alice.chat(streamed);

        WireAnswer second = alice.chat(streamed.replace(TEXT, OTHER));
        gateway.clock().advance(Duration.ofSeconds(101));

        assertThat(said(second)).isEqualTo("semantic");
        assertThat(second.events()).isEqualTo(first.events()).hasSize(3);
        assertThat(said(ModelAgent.of(gateway).chat(streamed.replace(TEXT, OTHER))))
                .isEqualTo("miss");
    }

    @Test
    void ofTooManyTextsTheOldestMakesRoom() throws Exception {
        ModelAgent alice = start("semantic: {aliases: {gpt: {}}, compared: 2}");
        for (String text : List.of(TEXT, "What is a comet?", "Who was Ada Lovelace?")) {
            assertThat(said(alice.chat(chat(text)))).isEqualTo("miss");
        }

        assertThat(said(alice.chat(chat("Who was Ada Lovelace?")))).isEqualTo("semantic");
        assertThat(said(alice.chat(chat("What is a comet?")))).isEqualTo("semantic");
        assertThat(said(alice.chat(chat(TEXT)))).isEqualTo("miss");
    }

    @Test
    void messagesAndResponsesEndWithATextToo() throws Exception {
        anthropic.on(
                "/messages",
                turn -> turn.whole(
                        "{\"type\":\"message\",\"model\":\"y\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"stop_reason\":\"end_turn\"}"));
        openai.on("/responses", turn -> turn.whole("{\"model\":\"r\",\"status\":\"completed\",\"output\":[]}"));
        ModelAgent alice = start("semantic: {aliases: {gpt: {}, claude: {}}}");
        String message =
                "{\"model\":\"claude\",\"temperature\":0,\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":"
                        + "[{\"type\":\"text\",\"text\":\"a long document\"},{\"type\":\"text\",\"text\":\"" + TEXT
                        + "\"}]}]}";
        String plain = "{\"model\":\"gpt\",\"temperature\":0,\"store\":false,\"input\":\"" + TEXT + "\"}";
        String items = plain.replace(
                "\"" + TEXT + "\"",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"" + TEXT + "\"}]}]");

        for (WireRequest request : List.of(
                alice.anthropic("/v1/messages", message),
                alice.post("/v1/responses", plain),
                alice.post("/v1/responses", items))) {
            String body = new String(request.body(), StandardCharsets.UTF_8);
            assertThat(said(alice.ask(request))).as(body).isEqualTo("miss");
            assertThat(said(alice.ask(request.body(body.replace(TEXT, OTHER)))))
                    .as(body)
                    .isEqualTo("semantic");
            assertThat(said(alice.ask(request.body(body.replace("a long document", "another one")))))
                    .isEqualTo(body.contains("document") ? "miss" : "semantic");
        }
        assertThat(said(alice.ask(alice.post("/v1/responses", plain.replace("\"store\":false,", "")))))
                .isEqualTo("bypass");
    }

    /** In a process of its own, since this one has the jars. */
    @Test
    void withoutTheOptionalJarsTheConfigurationIsRefusedAndSaysWhatToDo() throws Exception {
        Path config = ModelGateways.in(folder, openai, anthropic, "", "cache: {semantic: {aliases: {gpt: {}}}}")
                .policy(POLICY)
                .write();
        String classes = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(each -> !each.contains("onnxruntime"))
                .collect(Collectors.joining(File.pathSeparator));
        Path out = folder.resolve("check.txt");

        int code = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classes,
                        "dev.mcpgateway.gateway.Main",
                        "check",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start()
                .waitFor();

        assertThat(Files.readString(out))
                .contains(
                        "com.microsoft.onnxruntime:onnxruntime is not on the class path",
                        "/models/cache/semantic",
                        "put its jar into the folder optional beside bin");
        assertThat(code).isNotZero();
    }
}
