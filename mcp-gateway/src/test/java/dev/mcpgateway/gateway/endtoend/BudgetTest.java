package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.gateway.model.money.Ledger;
import dev.mcpgateway.gateway.model.money.LocalLedger;
import dev.mcpgateway.gateway.model.money.Outcomes;
import dev.mcpgateway.gateway.model.money.TokenWeights;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What calls cost and what may be spent, as callers, operators and the audit log see it. */
class BudgetTest {
    /** Per million tokens 3 and 15 dollars, and tenths of the input's price from a cache. */
    private static final String PRICES = """
            version: 1
            prices:
              - provider: acme
                model: acme-large-1
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", cache_read: "0.3", output: "15", reasoning: "20"}
                output_tokens_max: 100
              - provider: other
                model: "other-*"
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", cache_read: "0.3", cache_write: "3.75", cache_write_1h: "6", output: "15"}
                output_tokens_max: 100
            """;

    private static final String CHAT = "{\"model\":\"gpt\",\"max_tokens\":10,\"messages\":[]}";
    private static final String MESSAGES = "{\"model\":\"claude\",\"max_tokens\":10,\"messages\":[]}";
    private static final String TEXT = "text, of which nobody says how many tokens it was";
    private static final String CHAT_USAGE = "{\"prompt_tokens\":1000,\"completion_tokens\":50,"
            + "\"prompt_tokens_details\":{\"cached_tokens\":900},\"completion_tokens_details\":{\"reasoning_tokens\":20}}";

    /** 100 × 3 + 900 × .3 + 30 × 15 + 20 × 20, in millionths of a dollar. */
    private static final long CHAT_COST = 1_420_000;

    private static final String MESSAGE_USAGE =
            "{\"input_tokens\":10,\"cache_read_input_tokens\":500,\"cache_creation_input_tokens\":300,"
                    + "\"cache_creation\":{\"ephemeral_1h_input_tokens\":200},\"output_tokens\":40}";

    /** 10 × 3 + 500 × .3 + 100 × 3.75 + 200 × 6 + 40 × 15. */
    private static final long MESSAGE_COST = 2_355_000;

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;

    @BeforeEach
    void providers() {
        openai = FakeModelServer.start()
                .on(
                        "/chat/completions",
                        turn -> turn.whole("{\"model\":\"x\",\"choices\":[],\"usage\":" + CHAT_USAGE + "}"));
        anthropic = FakeModelServer.start()
                .on("/messages", turn -> turn.whole("{\"model\":\"y\",\"usage\":" + MESSAGE_USAGE + "}"))
                .on("/messages/count_tokens", turn -> turn.whole("{\"input_tokens\":7}"));
    }

    @AfterEach
    void stop() {
        openai.close();
        anthropic.close();
    }

    /** Answers of the provider, which wait from when it is asked until they may go. */
    private record Waiting(CountDownLatch asked, CountDownLatch go) {}

    private Waiting waitingAnswers(String usage) {
        Waiting answers = new Waiting(new CountDownLatch(1), new CountDownLatch(1));
        openai.on("/chat/completions", turn -> {
            answers.asked().countDown();
            answers.go().await();
            turn.whole("{\"choices\":[],\"usage\":" + usage + "}");
        });
        return answers;
    }

    private TestGateway.Builder with(String budgets) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        return ModelGateways.in(
                        folder,
                        openai,
                        anthropic,
                        "",
                        "prices: {file: prices.yaml}\n" + (budgets.isEmpty() ? "" : "budgets: [" + budgets + "]\n"))
                .operator();
    }

    private static long cost(AuditRecord outcome) {
        return outcome.fields().at("/model/cost_nano_usd").asLong(-1);
    }

    private static JsonNode usage(TestGateway gateway, String query) {
        WireAnswer answer = gateway.operate("GET", "/usage?" + query, "");
        assertThat(answer.status()).isEqualTo(200);
        return answer.json().at("/usage");
    }

    @Test
    void cachedTokensHaveTheirOwnPriceWholeAndStreamed() throws Exception {
        try (TestGateway gateway = with("").start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
            AuditRecord whole = outcome(gateway);
            openai.on(
                    "/chat/completions",
                    turn -> turn.begin()
                            .data("{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}")
                            .data("{\"choices\":[],\"usage\":" + CHAT_USAGE + "}")
                            .data("[DONE]")
                            .end());
            assertThat(alice.chat(CHAT.replace("{\"model", "{\"stream\":true,\"model"))
                            .status())
                    .isEqualTo(200);
            AuditRecord streamed = outcome(gateway);

            assertThat(cost(whole)).isEqualTo(CHAT_COST);
            assertThat(cost(streamed)).isEqualTo(CHAT_COST);
            assertThat(whole.json()).contains("\"cost_estimated\":false");
            assertThat(alice.ask(alice.anthropic("/v1/messages", MESSAGES)).status())
                    .isEqualTo(200);
            assertThat(cost(outcome(gateway))).isEqualTo(MESSAGE_COST);
            assertThat(usage(gateway, "by=user").get(0).path("cost_usd").asString())
                    .isEqualTo("0.005195");
        }
    }

    @Test
    void aSpeedOfWhichNobodyKnowsThePriceIsNotSoldAtTheUsualOne() throws Exception {
        String fast = MESSAGES.replace("{\"model", "{\"speed\":\"fast\",\"model");
        try (TestGateway gateway = with("{name: all, per: organisation, period: total, limit_usd: \"1\"}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.ask(alice.anthropic("/v1/messages", fast)).status())
                    .isEqualTo(403);
            assertThat(anthropic.requests()).isEmpty();
        }
    }

    private static AuditRecord outcome(TestGateway gateway) {
        List<AuditRecord> records = gateway.newRecords(2);
        return records.stream()
                .filter(found -> found.text("ev").equals("llm.call.outcome"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aHundredCallsAtOnceWithMoneyForOneGetOneAnswer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        // bytes and what providers add, at 3 dollars, and ten tokens at 20
        long most = (CHAT.length() + 1024) * 3_000L + 10 * 20_000;
        String limit = "%d.%09d".formatted(most / 1_000_000_000, most % 1_000_000_000);
        openai.on("/chat/completions", turn -> {
            go.await();
            turn.whole("{\"choices\":[],\"usage\":" + CHAT_USAGE + "}");
        });
        try (TestGateway gateway = with("{name: all, per: organisation, period: total, limit_usd: \"" + limit + "\"}")
                        .start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelAgent alice = ModelAgent.of(gateway);
            List<Future<WireAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(threads.submit((Callable<WireAnswer>) () -> alice.chat(CHAT)));
            }
            Await.until(
                    "99 are refused",
                    () -> answers.stream().filter(Future::isDone).count() == 99);
            go.countDown();

            List<String> said = new ArrayList<>();
            for (Future<WireAnswer> answer : answers) {
                said.add(answer.get().status() + " "
                        + answer.get().json().at("/error/code").asString(""));
            }
            assertThat(said).containsOnly("200 ", "429 rate_limit_exceeded").containsOnlyOnce("200 ");
            assertThat(openai.requests()).hasSize(1);
            assertThat(alice.chat(CHAT).json().at("/error/code").asString())
                    .as("once it is spent, with nothing under way")
                    .isEqualTo("insufficient_quota");
        }
    }

    @Test
    void whereCallsUnderWayAloneAreInTheWayEachProtocolSaysThatAMomentHelps() throws Exception {
        Waiting answers = waitingAnswers("{\"prompt_tokens\":1,\"completion_tokens\":1}");
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        // more than one call can use, and less than two
        try (TestGateway gateway = ModelGateways.ofAllKinds(folder, openai, "")
                        .models("prices: {file: prices.yaml}")
                        .models("budgets: [{name: all, per: organisation, period: month, limit_tokens: 2000}]")
                        .start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelAgent alice = ModelAgent.of(gateway);
            Future<WireAnswer> first = threads.submit((Callable<WireAnswer>) () -> alice.chat(CHAT));
            answers.asked().await();
            gateway.skipRecords();

            WireAnswer chat = alice.chat(CHAT);
            WireAnswer response = alice.ask(
                    alice.post("/v1/responses", "{\"model\":\"gpt\",\"max_output_tokens\":10,\"input\":\"x\"}"));
            WireAnswer message = alice.ask(alice.anthropic("/v1/messages", MESSAGES));
            WireAnswer gemini = alice.ask(
                    alice.plain("POST", "/v1beta/models/gem:generateContent")
                            .plus("x-goog-api-key", ModelAgent.token(gateway, "alice"))
                            .plus("Content-Type", "application/json")
                            .body(
                                    "{\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"generationConfig\":{\"maxOutputTokens\":10}}"));
            List<String> denied = gateway.newSummaries(4);
            answers.go().countDown();

            assertThat(List.of(chat, response, message, gemini)).allSatisfy(answer -> {
                assertThat(answer.status()).as(answer.text()).isEqualTo(429);
                assertThat(answer.header("retry-after")).contains("1");
                assertThat(answer.header("x-should-retry")).isEmpty();
                assertThat(answer.text()).contains("Try again in a moment").doesNotContain("will not help");
            });
            for (WireAnswer each : List.of(chat, response)) {
                assertThat(each.json().at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
                assertThat(each.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
            }
            assertThat(message.json().at("/error/type").asString()).isEqualTo("rate_limit_error");
            assertThat(gemini.json().at("/error/status").asString()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(denied)
                    .containsOnly("llm.call.denied BUDGET budget_held")
                    .hasSize(4);
            assertThat(first.get().status()).isEqualTo(200);
            assertThat(openai.requests())
                    .as("none of those who are told to wait")
                    .hasSize(1);
            assertThat(alice.chat(CHAT).status()).as("a moment later").isEqualTo(200);
        }
    }

    @Test
    void whatIsSpentOfOneBudgetIsToldBeforeWhatIsHeldOfAnother() throws Exception {
        Waiting answers = waitingAnswers(CHAT_USAGE);
        try (TestGateway gateway = with("{name: all, per: organisation, period: month, limit_tokens: 2000},"
                                + " {name: bobs, per: user, period: month, limit_requests: 0, match: {subject: bob}}")
                        .start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelAgent alice = ModelAgent.of(gateway);
            Future<WireAnswer> first = threads.submit((Callable<WireAnswer>) () -> alice.chat(CHAT));
            answers.asked().await();

            WireAnswer bobs = ModelAgent.of(gateway, "bob").chat(CHAT);
            answers.go().countDown();

            assertThat(first.get().status()).isEqualTo(200);
            assertThat(bobs.json().at("/error/code").asString()).isEqualTo("insufficient_quota");
            assertThat(bobs.header("retry-after")).isEmpty();
        }
    }

    @Test
    void aRateThatCallsUnderWayHoldIsBackWithTheNextMinute() throws Exception {
        Waiting answers = waitingAnswers(CHAT_USAGE);
        try (TestGateway gateway = with("{name: rate, per: user, period: minute, limit_tokens: 2000}")
                        .start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelAgent alice = ModelAgent.of(gateway);
            gateway.clock().advanceToMinute();
            Future<WireAnswer> first = threads.submit((Callable<WireAnswer>) () -> alice.chat(CHAT));
            answers.asked().await();
            gateway.skipRecords();

            WireAnswer refused = alice.chat(CHAT);
            List<String> denied = gateway.newSummaries(1);
            gateway.clock().advance(Duration.ofMinutes(1));
            Future<WireAnswer> next = threads.submit((Callable<WireAnswer>) () -> alice.chat(CHAT));
            Await.until("it is sent", () -> openai.requests().size() == 2);
            answers.go().countDown();

            assertThat(denied).containsExactly("llm.call.denied BUDGET too_many_tokens");
            assertThat(Integer.parseInt(refused.header("retry-after").orElseThrow()))
                    .isBetween(2, 60);
            assertThat(first.get().status()).isEqualTo(200);
            assertThat(next.get().status()).isEqualTo(200);
        }
    }

    @Test
    void usageThatCannotBeMeantIsRefusedAndNotAnsweredByNothing() throws Exception {
        try (TestGateway gateway = with("{name: all, per: organisation, period: month, limit_usd: \"1\"}")
                .start()) {
            for (String query :
                    List.of("", "by=planet", "by=day&frm=2026-01-01", "by=day&from=2026-02-02&to=2026-02-01")) {
                WireAnswer answer = gateway.operate("GET", "/usage?" + query, "");

                assertThat(answer.status()).as(query).isEqualTo(400);
                assertThat(answer.json().at("/error/message").asString())
                        .containsPattern("by must be one of|known parameters are by|from is after to");
            }
            assertThat(usage(gateway, "by=day&to=2020-01-31").size())
                    .as("the days before the last one, whenever that was")
                    .isZero();
        }
    }

    @Test
    void aUsedUpBudgetIsSaidInTheWordsOfTheProtocolAndNotToBeTriedAgain() throws Exception {
        try (TestGateway gateway =
                with("{name: none, per: user, period: month, limit_usd: \"0\"}").start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer chat = alice.chat(CHAT);
            WireAnswer message = alice.ask(alice.anthropic("/v1/messages", MESSAGES));

            assertThat(chat.status()).isEqualTo(429);
            assertThat(chat.json().at("/error/code").asString()).isEqualTo("insufficient_quota");
            assertThat(chat.json().at("/error/message").asString())
                    .as("little left is not nothing left, and a month ends")
                    .startsWith("The budget for models has less left than this call can cost.")
                    .containsPattern(
                            "A smaller limit .* may\\. The budget begins anew at [0-9]{4}-[0-9]{2}-01T00:00:00Z\\.$");
            assertThat(chat.header("retry-after")).isEmpty();
            assertThat(chat.header("x-should-retry")).contains("false");
            assertThat(message.status()).isEqualTo(402);
            assertThat(message.json().at("/error/type").asString()).isEqualTo("billing_error");
            assertThat(message.header("retry-after")).isEmpty();
            assertThat(gateway.newSummaries(2))
                    .containsOnly("llm.call.denied BUDGET over_budget")
                    .hasSize(2);
            assertThat(openai.requests()).isEmpty();
            assertThat(anthropic.requests()).isEmpty();
        }
    }

    @Test
    void countingTokensIsFreeAndAllowedWithAnEmptyPurse() throws Exception {
        try (TestGateway gateway = with("{name: none, per: user, period: month, limit_requests: 0}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer counted = alice.ask(alice.anthropic("/v1/messages/count_tokens", MESSAGES));

            assertThat(counted.status()).isEqualTo(200);
            assertThat(alice.ask(alice.anthropic("/v1/messages", MESSAGES)).status())
                    .isEqualTo(402);
            assertThat(usage(gateway, "by=model").size()).isZero();
        }
    }

    @Test
    void tokensOfAMinuteAreBackInTheNextOne() throws Exception {
        try (TestGateway gateway = with("{name: rate, per: user, period: minute, limit_tokens: 1200}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            gateway.clock().advanceToMinute();

            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
            WireAnswer refused = alice.chat(CHAT);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
            assertThat(Integer.parseInt(refused.header("retry-after").orElseThrow()))
                    .isBetween(1, 60);
            assertThat(ModelAgent.of(gateway, "bob").chat(CHAT).status())
                    .as("another user has a pot of his own")
                    .isEqualTo(200);
            gateway.clock().advance(Duration.ofMinutes(1));
            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        }
    }

    @Test
    void aModelWithoutAPriceIsRefusedWhereMoneyIsLimitedAndCountedElsewhere() throws Exception {
        Files.createDirectories(folder);
        TestGateway.Builder builder =
                with("{name: all, per: organisation, period: day, limit_usd: \"100\", match: {subject: alice}}");
        Files.writeString(folder.resolve("prices.yaml"), PRICES.replace("acme-large-1", "acme-small"));
        try (TestGateway gateway = builder.start()) {
            WireAnswer refused = ModelAgent.of(gateway).chat(CHAT);
            WireAnswer answered = ModelAgent.of(gateway, "bob").chat(CHAT);

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.json().at("/error/code").asString()).isEqualTo("policy_denied");
            assertThat(answered.status()).isEqualTo(200);
            assertThat(gateway.newRecords(3).getLast().json()).doesNotContain("cost_nano_usd");
            JsonNode bob = usage(gateway, "by=user").get(0);
            assertThat(bob.path("value").asString()).isEqualTo("corp/bob");
            assertThat(bob.path("unpriced_calls").asInt()).isEqualTo(1);
            assertThat(bob.path("input_tokens").asInt()).isEqualTo(1000);
        }
    }

    @Test
    void pricesThatAreNewDuringTheStartHoldAfterIt() throws Exception {
        try (TestGateway gateway = with("").limits("{calls_per_minute: 100000}").build()) {
            Files.writeString(
                    folder.resolve("prices.yaml"),
                    PRICES.replaceFirst(
                            "input: \"3\", cache_read: \"0.3\", output: \"15\", reasoning: \"20\"",
                            "input: \"6\", cache_read: \"0.6\", output: \"30\", reasoning: \"40\""));
            gateway.gateway().start();
            ModelAgent alice = ModelAgent.of(gateway);

            Await.until("the new prices hold", () -> {
                assertThat(alice.chat(CHAT).status()).isEqualTo(200);
                return cost(outcome(gateway)) == 2 * CHAT_COST;
            });
        }
    }

    @Test
    void whatIsOnlyObservedRefusesNobody() throws Exception {
        try (TestGateway gateway = with("{name: seen, per: user, period: day, limit_usd: \"0\", mode: observe}")
                .start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);

            JsonNode pot = gateway.operate("GET", "/budgets", "").json().at("/budgets/0");
            assertThat(pot.path("whose").asString()).isEqualTo("corp/alice");
            assertThat(pot.path("spent_usd").asString()).isEqualTo("0.00142");
            assertThat(pot.path("left_usd").asString()).isEqualTo("0");
            assertThat(gateway.operate("GET", "/metrics", "").text())
                    .containsPattern("gateway_model_cost\\S*\\{[^}]*acme-large-1[^}]*} 1420000")
                    .containsPattern("gateway_budget_remaining\\{[^}]*seen[^}]*} 0");
        }
    }

    @Test
    void anAgentThatLeavesPaysForWhatItSaw() throws Exception {
        openai.on("/chat/completions", turn -> {
            turn.begin().data("{\"choices\":[{\"delta\":{\"content\":\"" + TEXT + "\"}}]}");
            turn.connection().awaitPeerClose();
        });
        String request = CHAT.replace("{\"model", "{\"stream\":true,\"model");
        try (TestGateway gateway = with("").start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", request));
            client.readHead();
            assertThat(client.readEvent()).contains(TEXT);
            client.close();

            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("cancelled");
            assertThat(cost(outcome)).isEqualTo(estimate(request, TEXT.length()));
            assertThat(outcome.text("model.cost_estimated")).isEqualTo("true");
        }
    }

    /** A hundred tokens for the second that has begun at least, and no more than the ten that were set aside. */
    private static long unseen(String request) {
        return estimate(request, 0) + 10 * 15_000L;
    }

    @Test
    void whoLeavesBeforeAWholeAnswerPaysForWhatItsProviderMayHaveWritten() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            asked.countDown();
            turn.connection().awaitPeerClose();
        });
        // enough for a second call, had the first one cost only what it asked
        long most = (CHAT.length() + 1024) * 3_000L + 10 * 20_000 + unseen(CHAT) - 1;
        String limit = "%d.%09d".formatted(most / 1_000_000_000, most % 1_000_000_000);
        try (TestGateway gateway = with("{name: all, per: organisation, period: total, limit_usd: \"" + limit + "\"}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT));
            asked.await();
            client.reset();

            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("cancelled");
            assertThat(cost(outcome)).isEqualTo(unseen(CHAT));
            assertThat(outcome.text("model.cost_estimated")).isEqualTo("true");
            assertThat(alice.chat(CHAT).status()).isEqualTo(429);
            assertThat(openai.requests()).hasSize(1);
        }
    }

    @Test
    void whoLeavesAStreamBeforeItsFirstContentPaysLikewise() throws Exception {
        openai.on("/chat/completions", turn -> {
            turn.begin().data("{\"choices\":[]}");
            turn.connection().awaitPeerClose();
        });
        String request = CHAT.replace("{\"model", "{\"stream\":true,\"model");
        try (TestGateway gateway = with("").start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", request));
            client.readHead();
            assertThat(client.readEvent()).contains("choices");
            client.close();

            assertThat(cost(outcome(gateway))).isEqualTo(unseen(request));
        }
    }

    @Test
    void whoLeavesBetweenTwoAttemptsPaysNothingForTheOneThatWasRefused() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch refuses = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            asked.countDown();
            refuses.await();
            turn.answer(503, "{\"error\":{\"message\":\"later\"}}");
        });
        try (TestGateway gateway = with("").models("routing: {first_pause_ms: 30000, longest_pause_ms: 30000}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT));
            asked.await();
            refuses.countDown();
            Await.until(
                    "the refusal is there",
                    () -> gateway.operate("GET", "/models/health", "").text().contains("\"in_flight\":0"));
            client.reset();

            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("cancelled");
            assertThat(cost(outcome)).isZero();
            assertThat(usage(gateway, "by=model").get(0).path("input_tokens").asLong())
                    .isZero();
        }
    }

    @Test
    void aProviderThatDoesNotAnswerInTimeIsPaidAndOneThatFailsIsNot() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            asked.countDown();
            turn.connection().awaitPeerClose();
        });
        try (TestGateway gateway = with("").start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT));
            asked.await();
            gateway.clock().advance(Duration.ofHours(1));
            assertThat(client.read().status()).isEqualTo(504);
            client.close();

            assertThat(cost(outcome(gateway))).isEqualTo(unseen(CHAT));
            openai.on("/chat/completions", turn -> turn.answer(500, "{\"error\":{\"message\":\"no\"}}"));
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(500);
            assertThat(cost(outcome(gateway))).isZero();
        }
    }

    @Test
    void theLedgerIsTheSumOfTheAuditLogOnEveryRoute() throws Exception {
        openai.on(
                        "/responses",
                        turn -> turn.whole(
                                "{\"model\":\"x\",\"status\":\"completed\",\"usage\":{\"input_tokens\":11,\"output_tokens\":3}}"))
                .on("/embeddings", turn -> turn.whole("{\"model\":\"x\",\"data\":[],\"usage\":{\"prompt_tokens\":5}}"));
        try (TestGateway gateway = with("{name: all, per: organisation, period: total, limit_usd: \"100\"}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            alice.chat(CHAT);
            alice.ask(alice.anthropic("/v1/messages", MESSAGES));
            alice.ask(alice.post("/v1/responses", "{\"model\":\"gpt\",\"input\":\"x\"}"));
            alice.ask(alice.post("/v1/embeddings", "{\"model\":\"gpt\",\"input\":\"x\"}"));
            openai.on("/chat/completions", turn -> turn.whole("{\"choices\":[]}"));
            alice.chat(CHAT);
            openai.on("/chat/completions", turn -> turn.answer(400, "{\"error\":{\"message\":\"no\"}}"));
            alice.chat(CHAT);
            openai.on(
                    "/chat/completions",
                    turn -> turn.begin()
                            .data("{\"choices\":[{\"delta\":{\"content\":\"" + TEXT + "\"}}]}")
                            .cut());
            alice.chat(CHAT.replace("{\"model", "{\"stream\":true,\"model"));
            anthropic.on(
                    "/messages",
                    turn -> turn.begin()
                            .event(
                                    "message_start",
                                    "{\"type\":\"message_start\",\"message\":{\"usage\":" + MESSAGE_USAGE + "}}")
                            .event(
                                    "message_delta",
                                    "{\"type\":\"message_delta\",\"delta\":{},\"usage\":{\"output_tokens\":41}}")
                            .event("message_stop", "{\"type\":\"message_stop\"}")
                            .end());
            alice.ask(alice.anthropic("/v1/messages", MESSAGES.replace("{\"model", "{\"stream\":true,\"model")));

            List<AuditRecord> outcomes = gateway.newRecords(16).stream()
                    .filter(found -> found.text("ev").equals("llm.call.outcome"))
                    .toList();
            assertThat(outcomes).hasSize(8);
            assertThat(outcomes.stream().map(BudgetTest::cost))
                    .containsExactly(
                            CHAT_COST,
                            MESSAGE_COST,
                            11 * 3_000L + 3 * 15_000L,
                            5 * 3_000L,
                            estimate(CHAT, "{\"choices\":[]}".length()),
                            0L,
                            estimate(CHAT.replace("{\"model", "{\"stream\":true,\"model"), TEXT.length()),
                            MESSAGE_COST + 15_000);
            assertThat(outcomes.stream().map(each -> each.text("model.cost_estimated")))
                    .containsExactly("false", "false", "false", "false", "true", "false", "true", "false");
            long sum = outcomes.stream().mapToLong(BudgetTest::cost).sum();
            for (String by : List.of("user", "key", "team", "tenant", "day")) {
                assertThat(usage(gateway, "by=" + by).get(0).path("cost_usd").asString())
                        .as(by)
                        .isEqualTo(
                                BigDecimal.valueOf(sum, 9).stripTrailingZeros().toPlainString());
            }
            assertThat(usage(gateway, "by=provider").size()).isEqualTo(2);
            assertThat(gateway.operate("GET", "/budgets", "")
                            .json()
                            .at("/budgets/0/held_usd")
                            .asString())
                    .isEqualTo("0");
        }
    }

    @Test
    void aStreamThatRunsWhenTheGatewayStopsIsSettledBeforeTheLedgerIsClosed() throws Exception {
        openai.on("/chat/completions", turn -> {
            turn.begin().data("{\"choices\":[{\"delta\":{\"content\":\"" + TEXT + "\"}}]}");
            turn.connection().awaitPeerClose();
        });
        String streamed = CHAT.replace("{\"model", "{\"stream\":true,\"model");
        WireClient client;
        try (TestGateway gateway = with("{name: all, per: organisation, period: total, limit_usd: \"1\"}")
                .limits("{drain_timeout_s: 0}")
                .start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            client = alice.begin(alice.post("/v1/chat/completions", streamed));
            client.readHead();
            var _ = client.readEvent();
        }
        client.close();

        // no outcome is asked of the audit log, so what was open then would count as all that was set aside
        try (Ledger ledger = new LocalLedger(
                folder.resolve("state/ledger.mv"),
                InstantSource.system(),
                Duration.ofDays(400),
                TokenWeights.EQUAL,
                Outcomes.NONE)) {
            assertThat(ledger.balances().getFirst().spent().nanoUsd()).isEqualTo(estimate(streamed, TEXT.length()));
        }
    }

    @Test
    void tokensCountByTheirWeightsBeforeACallAndAfterIt() throws Exception {
        // of the call's 1050 tokens 900 were held by a cache, 20 are reasoning: 100 × 1 + 900 × .1 + 30 × 2 + 20 × .5
        TestGateway.Builder weighted = with("{name: rate, per: user, period: total, limit_tokens: 10000}")
                .models(
                        "prices: {file: prices.yaml}",
                        "prices: {file: prices.yaml, token_weights_percent:"
                                + " {cached_input: 10, output: 200, reasoning: 50}}");
        try (TestGateway gateway = weighted.start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);

            JsonNode pot = gateway.operate("GET", "/budgets", "").json().at("/budgets/0");
            assertThat(pot.at("/left_tokens").asLong(-1)).as(pot.toString()).isEqualTo(10_000 - 260);
            assertThat(usage(gateway, "by=model").at("/0/input_tokens").asLong())
                    .isEqualTo(1000);
        }
        // a token for each byte and 1024 more, and ten of the answer at the dearer weight of its kinds
        long most = CHAT.length() + 1024L + 10 * 2;
        try (TestGateway gateway = weighted.models("limit_tokens: 10000", "limit_tokens: " + (260 + most - 1))
                .start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(429);
        }
        try (TestGateway gateway = weighted.models("limit_tokens: " + (260 + most - 1), "limit_tokens: " + (260 + most))
                .start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(200);
        }
    }

    private static long estimate(String request, long text) {
        return (request.length() + 2) / 3 * 3_000L + (text + 2) / 3 * 15_000L;
    }

    @Test
    void whatWasSpentIsKnownAfterAKillAndWhatWasOpenIsTakenFromTheAuditLog() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        String budget = "{name: all, per: organisation, period: total, limit_usd: \"1\"}";
        Path copy = folder.resolve("copy");
        try (TestGateway gateway = with(budget).start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelAgent alice = ModelAgent.of(gateway);
            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
            usage(gateway, "by=day");
            openai.on("/chat/completions", turn -> {
                asked.countDown();
                go.await();
                turn.whole("{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}");
            });
            var open = threads.submit((Callable<Integer>) () -> alice.chat(CHAT).status());
            asked.await();
            // the file as a kill would leave it, with one call under way, whose outcome is in the log by then
            Files.copy(folder.resolve("state/ledger.mv"), copy, StandardCopyOption.REPLACE_EXISTING);
            go.countDown();
            assertThat(open.get()).isEqualTo(200);
        }
        Files.copy(copy, folder.resolve("state/ledger.mv"), StandardCopyOption.REPLACE_EXISTING);
        try (TestGateway gateway = with(budget).start()) {
            assertThat(usage(gateway, "by=day").get(0).path("cost_usd").asString())
                    .isEqualTo("0.001438");
            assertThat(usage(gateway, "by=day").get(0).path("calls").asInt()).isEqualTo(2);
            assertThat(gateway.operate("GET", "/budgets", "")
                            .json()
                            .at("/budgets/0/spent_usd")
                            .asString())
                    .isEqualTo("0.001438");
        }
    }
}
