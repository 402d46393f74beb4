package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that are kept: the same bytes again without a provider, marked, for the very same request and nobody else. */
class ModelCacheTest {
    private static final String COLD =
            "{\"model\":\"gpt\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAMED = COLD.replace("\"temperature\"", "\"stream\":true,\"temperature\"");
    private static final String USAGE = "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}";
    private static final String ANYBODY = """
            version: 1
            rules:
              - id: all-may-ask
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [model/call]
                resources: ["model:gpt", "model:claude", "model:secret"]
            """;

    private static final String BOB_GETS_LITTLE = """
              - id: bob-gets-little
                effect: permit
                principals: {issuer: corp, subject: bob}
                actions: [model/call]
                resources: ["model:gpt"]
                limits: {result_bytes: 20}
            """;

    @TempDir
    Path folder;

    private final AtomicInteger asked = new AtomicInteger();
    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    @BeforeEach
    void providers() {
        openai = FakeModelServer.start()
                .on("/chat/completions", turn -> turn.answer(200, numbered(), "x-request-id: req_7"));
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
        return answer("n" + asked.incrementAndGet(), "stop");
    }

    private static String answer(String says, String finish) {
        return "{ \"model\":\"acme-x\",\"choices\":[{\"message\":{\"content\":\"" + says + "\"},\"finish_reason\":\""
                + finish + "\"}]," + USAGE + "}";
    }

    private ModelAgent start(String exact) throws Exception {
        return start(exact, "");
    }

    private ModelAgent start(String exact, String more) throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic, "", "cache: {exact: " + exact + "}\n" + more)
                .policy(ANYBODY)
                .start();
        return ModelAgent.of(gateway);
    }

    private static String said(WireAnswer answer) {
        return answer.header("x-gateway-cache").orElse("nothing");
    }

    @Test
    void theSameRequestGetsTheSameBytesAndNobodyIsAsked() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");

        WireAnswer first = alice.chat(COLD);
        gateway.clock().advance(Duration.ofSeconds(65));
        WireAnswer second = alice.chat(COLD);

        assertThat(first.status()).isEqualTo(200);
        assertThat(said(first)).isEqualTo("miss");
        assertThat(first.header("age")).isEmpty();
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text()).isEqualTo(first.text());
        assertThat(said(second)).isEqualTo("hit");
        assertThat(second.header("age").map(Integer::valueOf).orElseThrow()).isBetween(65, 600);
        assertThat(second.header("x-gateway-attempts")).contains("0");
        assertThat(second.header("x-gateway-served-model")).contains("acme-x");
        assertThat(second.header("x-request-id")).as("it was another request's").isEmpty();
        assertThat(openai.requests()).hasSize(1);
    }

    @Test
    void anAnswerThatWasKeptIsRecordedAsSuchWithItsTokensAndWithoutAProvider() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        alice.chat(COLD);
        assertThat(gateway.newRecords(2).getLast().json()).doesNotContain("\"cache\":");

        alice.chat(COLD);

        List<AuditRecord> records = gateway.newRecords(2);
        AuditRecord intent = records.getFirst();
        assertThat(intent.text("ev")).isEqualTo("llm.call.intent");
        assertThat(intent.json()).contains("\"model\":{\"alias\":\"gpt\",\"operation\":\"chat\"}");
        AuditRecord outcome = records.getLast();
        assertThat(outcome.text("outcome.status")).isEqualTo("ok");
        assertThat(outcome.text("model.cache")).isEqualTo("exact");
        assertThat(outcome.json())
                .contains("\"served\":\"acme-x\"", "\"input\":9,", "\"output\":4,", "\"bytes_in\":0")
                .doesNotContain("provider", "upstream_status");
    }

    @Test
    void hitsMissesAndBypassesAreCountedAndTokensOnce() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        alice.chat(COLD);
        alice.chat(COLD);
        alice.chat(COLD.replace("0", "1"));

        Await.until(
                "all are counted",
                () -> metrics().contains("gateway_cache_requests_total{gateway_result=\"bypass\"} 1"));
        assertThat(metrics())
                .contains("gateway_cache_requests_total{gateway_result=\"hit\"} 1")
                .contains("gateway_cache_requests_total{gateway_result=\"miss\"} 1")
                .contains("gen_ai_request_model=\"acme-large-1\",gen_ai_token_type=\"input\"} 18");
    }

    private String metrics() {
        return gateway.admin("/metrics").text();
    }

    @Test
    void withoutTheSectionNothingIsKeptAndNothingIsSaid() throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic).start();
        ModelAgent alice = ModelAgent.of(gateway);

        assertThat(said(alice.chat(COLD))).isEqualTo("nothing");
        assertThat(said(alice.chat(COLD))).isEqualTo("nothing");
        assertThat(openai.requests()).hasSize(2);
    }

    @Test
    void onlyTheModelsThatAreNamedHaveOne() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        String other = COLD.replace("gpt", "secret");

        assertThat(said(alice.chat(other))).isEqualTo("nothing");
        assertThat(said(alice.chat(other))).isEqualTo("nothing");
    }

    @Test
    void aStreamComesAgainEventByEventAndAWholeAnswerIsNeverMadeOne() throws Exception {
        List<String> events = List.of(
                "{\"model\":\"acme-x\",\"choices\":[{\"delta\":{\"content\":\"h\\u00e9\"}}], \"usage\":null}",
                "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
                "[DONE]");
        openai.on("/chat/completions", turn -> {
            if (turn.request().text().contains("\"stream\":true")) {
                turn.begin();
                for (String event : events) {
                    turn.data(event);
                }
                turn.data("unread").end();
            } else {
                turn.whole(numbered());
            }
        });
        ModelAgent alice = start("{aliases: {gpt: {}}}");

        WireAnswer whole = alice.chat(COLD);
        WireAnswer first = alice.chat(STREAMED);
        gateway.skipRecords();
        WireAnswer second = alice.chat(STREAMED);

        assertThat(said(whole)).isEqualTo("miss");
        assertThat(said(first)).isEqualTo("miss");
        assertThat(said(second)).isEqualTo("hit");
        assertThat(second.header("Content-Type")).contains("text/event-stream");
        assertThat(second.events()).isEqualTo(first.events()).isEqualTo(events);
        assertThat(said(alice.chat(COLD))).isEqualTo("hit");
        assertThat(openai.requests()).hasSize(2);
        assertThat(gateway.newRecords(2).get(1).json()).contains("\"cache\":\"exact\"", "\"finish\":\"stop\"");
    }

    @Test
    void aStreamOfMessagesKeepsTheTypesOfItsEvents() throws Exception {
        anthropic.on(
                "/messages",
                turn -> turn.begin()
                        .event("message_start", "{\"type\":\"message_start\",\"message\":{\"model\":\"y\"}}")
                        .event(
                                "message_delta",
                                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}")
                        .event("message_stop", "{\"type\":\"message_stop\"}")
                        .end());
        ModelAgent alice = start("{aliases: {claude: {}}}");
        String body = "{\"model\":\"claude\",\"stream\":true,\"temperature\":0.0,\"max_tokens\":5,\"messages\":[]}";

        WireAnswer first = alice.ask(alice.anthropic("/v1/messages", body));
        WireAnswer second = alice.ask(alice.anthropic("/anthropic/v1/messages", body));

        assertThat(said(second)).isEqualTo("hit");
        assertThat(second.text()).isEqualTo(first.text()).contains("event: message_start\n");
        assertThat(said(alice.ask(alice.anthropic("/v1/messages", body).plus("anthropic-beta", "good-beta"))))
                .as("what another header may change")
                .isEqualTo("miss");
    }

    @Test
    void whatDiffersInAnythingIsAnotherRequest() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {share: tenant}, secret: {share: tenant}}}");
        alice.chat(COLD);

        for (String other : List.of(
                COLD.replace("\"hi\"", "\"hi \""),
                COLD.replace("\"hi\"", "\"Hi\""),
                COLD.replace("\"temperature\":0", "\"temperature\":0.0"),
                COLD.replace("{\"role\"", "{\"name\":\"x\",\"role\""),
                COLD.replace("{\"role\":\"user\",\"content\":\"hi\"}", "{\"content\":\"hi\",\"role\":\"user\"}"),
                COLD.replace("\"temperature\"", "\"seed\":1,\"temperature\""),
                COLD.replace("\"temperature\"", "\"user\":\"u\",\"temperature\""),
                COLD.replace("\"temperature\"", "\"stream\":false,\"temperature\""),
                COLD.replace("gpt", "secret"))) {
            assertThat(said(alice.chat(other))).as(other).isEqualTo("miss");
        }
        for (String same : List.of(
                COLD,
                COLD.replace(",", " ,\n\t"),
                "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"model\":\"gpt\"}")) {
            assertThat(said(alice.chat(same))).as(same).isEqualTo("hit");
        }
    }

    @Test
    void nobodyGetsWhatAnotherCallerGot() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        alice.chat(COLD);

        for (ModelAgent other : List.of(
                ModelAgent.of(gateway, "bob"),
                ModelAgent.of(gateway, "bob", Map.of("tenant", "t1")),
                ModelAgent.of(gateway, "alice", Map.of("tenant", "t1")),
                ModelAgent.of(gateway, "alice", Map.of("client_id", "another-agent")))) {
            assertThat(said(other.chat(COLD))).isEqualTo("miss");
        }
        assertThat(said(alice.chat(COLD))).isEqualTo("hit");
        assertThat(openai.requests()).hasSize(5);
    }

    @Test
    void callersOfOneTenantShareWhereTheyMayAndNobodyElse() throws Exception {
        start("{aliases: {gpt: {share: tenant}}}");
        String first = ModelAgent.of(gateway, "alice", Map.of("tenant", "t1"))
                .chat(COLD)
                .text();

        WireAnswer colleague =
                ModelAgent.of(gateway, "bob", Map.of("tenant", "t1")).chat(COLD);

        assertThat(said(colleague)).isEqualTo("hit");
        assertThat(colleague.text()).isEqualTo(first);
        for (Map<String, Object> claims : List.<Map<String, Object>>of(
                Map.of("tenant", "t2"),
                Map.of("tenant", "T1"),
                Map.of("tenant", "t1 "),
                Map.of("tenant", ""),
                Map.of(),
                Map.of("team", "t1"))) {
            WireAnswer stranger = ModelAgent.of(gateway, "carol", claims).chat(COLD);
            assertThat(stranger.text()).as("%s", claims).isNotEqualTo(first);
        }
        assertThat(said(ModelAgent.of(gateway, "dave").chat(COLD)))
                .as("who has no tenant shares with nobody")
                .isEqualTo("miss");
    }

    @Test
    void underAnotherPolicyNothingIsFound() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        alice.chat(COLD);
        assertThat(said(alice.chat(COLD))).isEqualTo("hit");

        gateway.rewritePolicy(ANYBODY.replace("all-may-ask", "all-may-still-ask"));
        Await.until("the policy is another", () -> said(alice.chat(COLD)).equals("miss"));
        gateway.rewritePolicy(ANYBODY.replace("permit", "forbid"));

        Await.until("the model is gone", () -> alice.chat(COLD).status() == 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"temperature\":1",
                "\"temperature\":1e-9",
                "\"temperature\":\"0\"",
                "\"temperature\":null",
                "\"top_p\":0",
                "\"temperature\":0,\"tools\":[{\"type\":\"function\"}]",
                "\"temperature\":0,\"functions\":[{}]",
                "\"temperature\":0,\"store\":true",
                "\"temperature\":0,\"previous_response_id\":\"r\"",
                "\"temperature\":0,\"conversation\":{\"id\":\"c\"}",
                "\"temperature\":0,\"prompt\":{\"id\":\"p\"}"
            })
    void aRequestThatMayBeAnsweredOtherwiseNextTimePassesBy(String members) throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}", "kept_state: {acme: {ids: shared}}");
        String body = COLD.replace("\"temperature\":0", members);

        assertThat(said(alice.chat(body))).isEqualTo("bypass");
        assertThat(said(alice.chat(body))).isEqualTo("bypass");
        assertThat(openai.requests()).hasSize(2);
    }

    @Test
    void whatTheOperatorAllowsIsKept() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {any_temperature: true, tools: true}}}");
        String warm = COLD.replace("\"temperature\":0", "\"temperature\":0.7,\"tools\":[{\"type\":\"function\"}]");

        assertThat(said(alice.chat(warm))).isEqualTo("miss");
        assertThat(said(alice.chat(warm))).isEqualTo("hit");
    }

    @Test
    void responsesAreKeptWhereTheProviderStoresThemNot() throws Exception {
        openai.on("/responses", turn -> turn.whole("{\"model\":\"r\",\"status\":\"completed\",\"output\":[]}"));
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        String stored = "{\"model\":\"gpt\",\"input\":\"x\",\"temperature\":0}";
        String loose = stored.replace("\"input\"", "\"store\":false,\"input\"");

        assertThat(said(alice.ask(alice.post("/v1/responses", stored)))).isEqualTo("bypass");
        assertThat(said(alice.ask(alice.post("/v1/responses", loose)))).isEqualTo("miss");
        assertThat(said(alice.ask(alice.post("/v1/responses", loose)))).isEqualTo("hit");
    }

    @Test
    void anAgentMaySayThatItsCallPassesBy() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        WireRequest careful = alice.post("/v1/chat/completions", COLD).plus("x-gateway-cache", "no-store");

        assertThat(said(alice.ask(careful))).isEqualTo("bypass");
        assertThat(said(alice.chat(COLD))).as("it was not stored").isEqualTo("miss");
        assertThat(said(alice.ask(careful))).as("nor is it taken from there").isEqualTo("bypass");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"message\":{\"tool_calls\":[{\"id\":\"c\"}]},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"message\":{\"function_call\":{}},\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"tool_calls\"}]}",
                "{\"choices\":[{\"message\":{\"content\":\"\"},\"finish_reason\":\"content_filter\"}]}",
                "{\"choices\":[{\"message\":{\"content\":\"x\"}}]}",
                "{\"choices\":[]}"
            })
    void anAnswerThatActsOrDidNotEndAsAnswersDoIsNotKept(String answer) throws Exception {
        openai.on("/chat/completions", turn -> turn.whole(answer));
        ModelAgent alice = start("{aliases: {gpt: {tools: true}}}");

        assertThat(alice.chat(COLD).text()).isEqualTo(answer);
        assertThat(said(alice.chat(COLD))).isEqualTo("miss");
        assertThat(openai.requests()).hasSize(2);
    }

    @Test
    void anAnswerThatIsTooLongIsNotKept() throws Exception {
        openai.on("/chat/completions", turn -> turn.whole(answer("x".repeat(2_000), "stop")));
        ModelAgent alice = start("{aliases: {gpt: {}}, entry_bytes: 1024}");

        assertThat(alice.chat(COLD).status()).isEqualTo(200);
        assertThat(said(alice.chat(COLD))).isEqualTo("miss");
    }

    @Test
    void errorsAndStreamsThatBreakOffAreNotKept() throws Exception {
        openai.on("/chat/completions", turn -> turn.answer(400, "{\"error\":{\"message\":\"no\"}}"));
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        assertThat(alice.chat(COLD).status()).isEqualTo(400);
        openai.on("/chat/completions", turn -> {
            if (turn.request().text().contains("\"stream\":true")) {
                turn.begin()
                        .data("{\"choices\":[{\"delta\":{\"content\":\"h\"},\"finish_reason\":\"stop\"}]}")
                        .end();
            } else {
                turn.whole(numbered());
            }
        });

        assertThat(said(alice.chat(COLD))).isEqualTo("miss");
        assertThat(alice.chat(STREAMED).text()).doesNotContain("[DONE]");
        assertThat(said(alice.chat(STREAMED))).isEqualTo("miss");
        assertThat(openai.requests()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasAskedBeforeARestrictionIsNotKeptBehindIt(boolean streamed) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            if (streamed) {
                turn.begin().data("{\"choices\":[{\"delta\":{\"content\":\"h\"},\"finish_reason\":\"stop\"}]}");
            }
            asked.countDown();
            go.await();
            if (streamed) {
                turn.data("[DONE]").end();
            } else {
                turn.whole(numbered());
            }
        });
        gateway = ModelGateways.in(folder, openai, anthropic, "", "cache: {exact: {aliases: {gpt: {}}}}\n")
                .policy(ANYBODY)
                .operator()
                .start();
        ModelAgent alice = ModelAgent.of(gateway);
        String request = streamed ? STREAMED : COLD;
        try (WireClient client = alice.begin(alice.post("/v1/chat/completions", request))) {
            asked.await();

            Ran restricted = Ran.of(gateway, folder, "restrict", "--tenant", "acme", "--reason", "incident 12");

            assertThat(restricted.code()).as(restricted.err()).isZero();
            // the first call behind it is the one that clears what was kept
            openai.on("/chat/completions", turn -> turn.answer(400, "{\"error\":{\"message\":\"no\"}}"));
            assertThat(alice.chat(request.replace("hi", "ho")).status()).isEqualTo(400);
            go.countDown();
            assertThat(client.read().status()).isEqualTo(200);
        }
        openai.clearRequests();

        assertThat(said(alice.chat(request))).isNotEqualTo("hit");
        assertThat(openai.requests()).hasSize(1);
    }

    @Test
    void whoWaitsForAnAnswerThatARestrictionKeepsFromBeingKeptWaitsForNobodyElse() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            (asked.incrementAndGet() == 1 ? first : others).await();
            turn.whole(answer("a", "stop"));
        });
        gateway = ModelGateways.in(
                        folder, openai, anthropic, "", "cache: {exact: {aliases: {gpt: {}}, wait_ms: 300000}}\n")
                .policy(ANYBODY)
                .operator()
                .start();
        ModelAgent alice = ModelAgent.of(gateway);
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 4; i++) {
                var _ = agents.submit(() -> alice.chat(COLD));
            }
            waitForCalls(4, () -> gateway.operate("GET", "/metrics", "").text());
            Ran restricted = Ran.of(gateway, folder, "restrict", "--tenant", "acme", "--reason", "incident 12");
            assertThat(restricted.code()).as(restricted.err()).isZero();
            first.countDown();

            try {
                Await.until("all others ask", () -> openai.requests().size() == 4);
            } finally {
                others.countDown();
            }
        }
    }

    @Test
    void anAnswerIsKeptForItsTime() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {ttl_s: 1000}}}");
        alice.chat(COLD);

        gateway.clock().advance(Duration.ofMinutes(15));
        assertThat(said(ModelAgent.of(gateway).chat(COLD))).isEqualTo("hit");
        gateway.clock().advance(Duration.ofSeconds(101));
        assertThat(said(ModelAgent.of(gateway).chat(COLD))).isEqualTo("miss");
    }

    @Test
    void aRulesBoundOfAnswersHoldsForKeptOnesToo() throws Exception {
        gateway = ModelGateways.in(folder, openai, anthropic, "", "cache: {exact: {aliases: {gpt: {share: tenant}}}}")
                .policy(ANYBODY + BOB_GETS_LITTLE)
                .start();
        ModelAgent.of(gateway, "alice", Map.of("tenant", "t1")).chat(COLD);

        WireAnswer bobs = ModelAgent.of(gateway, "bob", Map.of("tenant", "t1", "groups", List.of()))
                .chat(COLD);

        assertThat(bobs.status()).isEqualTo(502);
        assertThat(openai.requests()).hasSize(1);
    }

    @Test
    void ofManyAtOnceOneAsks() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            go.await();
            turn.whole(numbered());
        });
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<WireAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(agents.submit(() -> alice.chat(COLD)));
            }
            waitForCalls(20);
            go.countDown();

            for (Future<WireAnswer> answer : answers) {
                assertThat(answer.get().text()).isEqualTo(answer("n1", "stop"));
            }
        }
        assertThat(openai.requests()).hasSize(1);
    }

    /** All are in the stage in which they wait, or behind it. */
    private void waitForCalls(int calls) {
        waitForCalls(calls, this::metrics);
    }

    private static void waitForCalls(int calls, Supplier<String> metrics) {
        Await.until(
                "all have come so far",
                () -> metrics.get()
                        .lines()
                        .anyMatch(line -> line.equals("gateway_stage_count_total{gateway_stage=\"BUDGET\"} " + calls)));
    }

    @Test
    void whenTheFirstOneFailsTheNextOneAsks() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            go.await();
            if (asked.incrementAndGet() == 1) {
                turn.answer(500, "{\"error\":{\"message\":\"tired\"}}");
            } else {
                turn.whole(answer("later", "stop"));
            }
        });
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<WireAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(agents.submit(() -> alice.chat(COLD)));
            }
            waitForCalls(5);
            go.countDown();

            List<Integer> statuses = new ArrayList<>();
            for (Future<WireAnswer> answer : answers) {
                statuses.add(answer.get().status());
            }
            assertThat(statuses).containsExactlyInAnyOrder(500, 200, 200, 200, 200);
        }
        assertThat(openai.requests()).hasSize(2);
    }

    @Test
    void whenTheAnswerWillNotBeKeptAllAskForThemselves() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        String calls = "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}";
        openai.on("/chat/completions", turn -> {
            if (asked.incrementAndGet() == 1) {
                begun.await();
                turn.begin().data(calls);
                go.await();
                turn.data("[DONE]").end();
            } else {
                turn.begin().data(calls).data("[DONE]").end();
            }
        });
        ModelAgent alice = start("{aliases: {gpt: {}}, wait_ms: 300000}");
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<WireAnswer> first = agents.submit(() -> alice.chat(STREAMED));
            Future<WireAnswer> second = agents.submit(() -> alice.chat(STREAMED));
            waitForCalls(2);
            begun.countDown();

            Await.until("one is answered while the other one is not", () -> first.isDone() || second.isDone());
            go.countDown();
            assertThat(first.get().events()).isEqualTo(second.get().events());
        }
        assertThat(openai.requests()).hasSize(2);
    }

    @Test
    void whoWaitsTooLongAsks() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            if (asked.incrementAndGet() == 1) {
                go.await();
            }
            turn.whole(answer("a", "stop"));
        });
        ModelAgent alice = start("{aliases: {gpt: {}}, wait_ms: 1000}");
        try (WireClient first = alice.begin(alice.post("/v1/chat/completions", COLD))) {
            Await.until("the first one is asked", () -> openai.requests().size() == 1);

            assertThat(said(alice.chat(COLD))).isEqualTo("miss");

            assertThat(openai.requests()).hasSize(2);
            go.countDown();
            assertThat(first.read().status()).isEqualTo(200);
        }
    }

    @Test
    void whoLeavesWaitsNoMoreAndIsRecorded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            go.await();
            turn.whole(answer("a", "stop"));
        });
        ModelAgent alice = start("{aliases: {gpt: {}}, wait_ms: 300000}");
        try (WireClient first = alice.begin(alice.post("/v1/chat/completions", COLD))) {
            Await.until("the first one is asked", () -> openai.requests().size() == 1);
            try (WireClient second = alice.begin(alice.post("/v1/chat/completions", COLD))) {
                waitForCalls(2);
                second.reset();
            }

            Await.until(
                    "it is recorded",
                    () -> gateway.records().stream()
                            .anyMatch(found -> found.json().contains("\"stage\":\"CACHE\"")
                                    && found.json().contains("\"reason\":\"cancelled\"")));
            go.countDown();
            assertThat(first.read().status()).isEqualTo(200);
        }
        assertThat(openai.requests()).hasSize(1);
    }

    @Test
    void aLeaderThatLeavesGivesWayToTheNext() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            if (asked.incrementAndGet() == 1) {
                turn.connection().awaitPeerClose();
            } else {
                turn.whole(answer("b", "stop"));
            }
            go.countDown();
        });
        ModelAgent alice = start("{aliases: {gpt: {}}, wait_ms: 300000}");
        try (ExecutorService agents = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<WireAnswer> second;
            try (WireClient first = alice.begin(alice.post("/v1/chat/completions", COLD))) {
                Await.until("the first one is asked", () -> openai.requests().size() == 1);
                second = agents.submit(() -> alice.chat(COLD));
                waitForCalls(2);
                first.reset();
            }

            assertThat(second.get().text()).isEqualTo(answer("b", "stop"));
        }
    }

    @Test
    void nothingIsGivenWithoutARecord() throws Exception {
        ModelAgent alice = start("{aliases: {gpt: {}}}");
        alice.chat(COLD);
        gateway.breakAuditLog();

        WireAnswer answer = alice.chat(COLD);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).doesNotContain("n1");
    }
}
