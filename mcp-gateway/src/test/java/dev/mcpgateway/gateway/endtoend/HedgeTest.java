package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A second target asked beside a slow one: what the agent gets, what the slow one sees, what is paid and recorded. */
class HedgeTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM = CHAT.replace("\"gpt\",", "\"gpt\",\"stream\":true,");
    private static final String BOTH = "targets: [{provider: one, model: big-1}, {provider: two, model: big-2}]}}";
    private static final String HEDGED = "{gpt: {hedge: {after_ms: 100}, " + BOTH;
    private static final String ROLE =
            "{\"model\":\"big-%s\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}";
    private static final String TEXT = "{\"model\":\"big-%s\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}";

    /** Per million tokens 3 and 15 dollars. */
    private static final String PRICES = """
            version: 1
            prices:
              - provider: one
                model: big-1
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", output: "15"}
                output_tokens_max: 100
              - provider: two
                model: big-2
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", output: "15"}
                output_tokens_max: 100
            """;

    /** 3 tokens in, 1 out. */
    private static final long ANSWER_COST = 3 * 3_000L + 15_000L;

    @TempDir
    Path folder;

    private FakeModelServer one;
    private FakeModelServer two;
    private final CountDownLatch oneClosed = new CountDownLatch(1);
    private final CountDownLatch twoClosed = new CountDownLatch(1);
    private final CountDownLatch twoAsked = new CountDownLatch(1);

    @BeforeEach
    void providers() {
        one = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(answer("big-1")));
        two = FakeModelServer.start().on("/chat/completions", turn -> turn.whole(answer("big-2")));
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        assertThat(one.failures()).isEmpty();
        assertThat(two.failures()).isEmpty();
    }

    private static String answer(String model) {
        return "{\"model\":\"" + model + "\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}";
    }

    private TestGateway.Builder with(String routing, String aliases) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        return ModelGateways.routed(folder, one, two, routing, aliases)
                .models("prices: {file: prices.yaml}")
                .operator();
    }

    private TestGateway.Builder hedged() throws Exception {
        return with("", HEDGED);
    }

    private static void hangs(ModelTurn turn, CountDownLatch closed) throws Exception {
        turn.connection().awaitPeerClose();
        closed.countDown();
    }

    private static AuditRecord outcome(TestGateway gateway) {
        return gateway.newRecords(2).getLast();
    }

    private static long cost(AuditRecord outcome) {
        return outcome.fields().at("/model/cost_nano_usd").asLong(-1);
    }

    /**
     * What an answer that was cut may have been: a hundred tokens a second, of which one has begun at least, and no more than
     * the price list's hundred were set aside.
     */
    private static final long UNSEEN_COST = 100 * 15_000L;

    /** What the request is about, where nobody says. */
    private static long asked(String request) {
        return (request.length() + 2) / 3 * 3_000L;
    }

    private static BigDecimal spent(TestGateway gateway) {
        JsonNode rows = gateway.operate("GET", "/usage?by=day", "").json().at("/usage");
        assertThat(rows.size()).isEqualTo(1);
        return new BigDecimal(rows.get(0).path("cost_usd").asString());
    }

    @Test
    void theSecondAnswersForASlowOneWhoseConnectionIsClosed() throws Exception {
        one.on("/chat/completions", turn -> hangs(turn, oneClosed));
        try (TestGateway gateway = hedged().start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(answer("big-2"));
            assertThat(answer.header("x-gateway-served-model")).contains("big-2");
            assertThat(answer.header("x-gateway-attempts")).contains("2");
            assertThat(oneClosed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(two.request().text()).contains("\"model\":\"big-2\"");
            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("ok");
            assertThat(outcome.json())
                    .contains("\"by\":{\"provider\":\"two\",\"name\":\"big-2\"},\"attempts\":2,\"routing\":"
                            + "[{\"kind\":\"hedge\",\"from\":\"one/big-1\",\"to\":\"two/big-2\",\"reason\":\"slow\","
                            + "\"attempt\":1}]")
                    .contains("\"cost_estimated\":true");
            assertThat(cost(outcome)).as("both are paid").isEqualTo(asked(CHAT) + UNSEEN_COST + ANSWER_COST);
            assertThat(spent(gateway)).isEqualByComparingTo(BigDecimal.valueOf(cost(outcome), 9));
        }
    }

    @Test
    void aStreamOfWhichOnlyTheBeginningCameIsReplacedUnseen() throws Exception {
        one.on("/chat/completions", turn -> {
            turn.begin().data(ROLE.formatted("1"));
            hangs(turn, oneClosed);
        });
        two.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data(ROLE.formatted("2"))
                        .data(TEXT.formatted("2"))
                        .data("[DONE]")
                        .end());
        try (TestGateway gateway = hedged().start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(STREAM);

            assertThat(answer.text())
                    .isEqualTo("data: " + ROLE.formatted("2") + "\n\ndata: " + TEXT.formatted("2")
                            + "\n\ndata: [DONE]\n\n");
            assertThat(answer.header("x-gateway-attempts")).contains("2");
            assertThat(oneClosed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(outcome(gateway).json()).contains("\"kind\":\"hedge\"", "\"status\":\"ok\"");
        }
    }

    @Test
    void aStreamWhoseContentHasBegunIsNotHedged() throws Exception {
        two.on("/chat/completions", turn -> {
            twoAsked.countDown();
            turn.whole(answer("big-2"));
        });
        one.on("/chat/completions", turn -> {
            turn.begin().data(TEXT.formatted("1"));
            // beyond the time after which a second one would be asked, which leaves the first content time to come
            var _ = twoAsked.await(2500, TimeUnit.MILLISECONDS);
            turn.data("[DONE]").end();
        });
        try (TestGateway gateway = with("", HEDGED.replace("100", "2000")).start()) {
            assertThat(ModelAgent.of(gateway).chat(STREAM).text()).endsWith("data: [DONE]\n\n");
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void theSlowOneMayStillAnswerFirst() throws Exception {
        two.on("/chat/completions", turn -> {
            twoAsked.countDown();
            hangs(turn, twoClosed);
        });
        one.on("/chat/completions", turn -> {
            twoAsked.await();
            turn.whole(answer("big-1"));
        });
        try (TestGateway gateway = hedged().start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.text()).isEqualTo(answer("big-1"));
            assertThat(answer.header("x-gateway-attempts")).contains("2");
            assertThat(twoClosed.await(30, TimeUnit.SECONDS)).isTrue();
            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.json()).contains("\"by\":{\"provider\":\"one\",\"name\":\"big-1\"},\"attempts\":2");
            assertThat(cost(outcome)).isEqualTo(asked(CHAT) + UNSEEN_COST + ANSWER_COST);
            assertThat(exposure()).contains("content went to one two", "key of provider two");
        }
    }

    private String exposure() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = Commands.run(
                new String[] {"exposure", "--audit", folder.resolve("audit").toString(), "--format", "json"},
                new PrintStream(out, true, StandardCharsets.UTF_8),
                System.err);
        assertThat(code).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aQuickAnswerIsAskedForOnce() throws Exception {
        try (TestGateway gateway = with("", HEDGED.replace("100", "30000")).start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.text()).isEqualTo(answer("big-1"));
            assertThat(answer.header("x-gateway-attempts")).contains("1");
            assertThat(two.requests()).isEmpty();
            AuditRecord outcome = outcome(gateway);
            assertThat(cost(outcome)).isEqualTo(ANSWER_COST);
            assertThat(outcome.json()).contains("\"cost_estimated\":false").doesNotContain("hedge");
        }
    }

    @Test
    void whenBothFailTheAgentLearnsWhatItWouldHaveLearned() throws Exception {
        String error = "{\"error\":{\"message\":\"no\"}}";
        two.on("/chat/completions", turn -> {
            twoAsked.countDown();
            turn.answer(500, error);
        });
        one.on("/chat/completions", turn -> {
            twoAsked.await();
            turn.answer(500, error);
        });
        try (TestGateway gateway = hedged().start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).isEqualTo(error);
            assertThat(answer.header("x-gateway-attempts")).contains("2");
            assertThat(answer.header("x-should-retry")).contains("false");
            assertThat(one.requests()).hasSize(1);
            assertThat(two.requests()).hasSize(1);
            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("protocol_error");
            assertThat(cost(outcome)).as("providers that fail are not paid").isZero();
        }
    }

    /** One that takes its time, and a second one that would be quicker and is not to be asked. */
    private void slow() {
        slow(400);
    }

    private void slow(long millisMax) {
        for (String path : List.of("/chat/completions", "/responses", "/embeddings")) {
            one.on(path, turn -> {
                var _ = twoAsked.await(millisMax, TimeUnit.MILLISECONDS);
                turn.whole(answer("big-1"));
            });
            two.on(path, turn -> {
                twoAsked.countDown();
                turn.connection().awaitPeerClose();
            });
        }
    }

    @Test
    void nothingIsHedgedUnlessAnAliasSaysSo() throws Exception {
        slow();
        try (TestGateway gateway = with("{}", "{gpt: {" + BOTH).start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).header("x-gateway-attempts"))
                    .contains("1");
            assertThat(two.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            /v1/chat/completions | {"model":"gpt","messages":[]} | x-none | 2
            /v1/chat/completions | {"model":"gpt","messages":[],"store":false,"tools":[{"type":"function","function":{"name":"f"}}]} | x-none | 2
            /v1/embeddings | {"model":"gpt","input":"x"} | x-none | 2
            /v1/responses | {"model":"gpt","input":"x","store":false} | x-none | 2
            /v1/responses | {"model":"gpt","input":"x"} | x-none | 1
            /v1/responses | {"model":"gpt","input":"x","store":false,"tools":[{"type":"code_interpreter"}]} | x-none | 1
            /v1/chat/completions | {"model":"gpt","messages":[],"store":true} | x-none | 1
            /v1/chat/completions | {"model":"gpt","messages":[],"web_search_options":{}} | x-none | 1
            /v1/chat/completions | {"model":"gpt","messages":[]} | Idempotency-Key | 1
            """)
    void whatLeavesSomethingBehindIsAskedOfOneAtATime(String path, String body, String header, String attempts)
            throws Exception {
        // a second one that is to be asked is waited for
        slow(attempts.equals("2") ? 30_000 : 400);
        try (TestGateway gateway = hedged().start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer answer = alice.ask(alice.post(path, body).plus(header, "1"));

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-gateway-attempts")).contains(attempts);
            assertThat(two.requests()).hasSize(Integer.parseInt(attempts) - 1);
        }
    }

    @Test
    void callsThatAreOnlyObservedAreAskedOfOneAtATime() throws Exception {
        slow();
        String until = LocalDate.now(ZoneOffset.UTC).plusDays(10).toString();
        try (TestGateway gateway =
                hedged().models("observe: {until: " + until + "}").start()) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).header("x-gateway-attempts"))
                    .contains("1");
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void withMoneyForOneACallGoesOnWithOne() throws Exception {
        slow();
        String chat = CHAT.replace("\"gpt\",", "\"gpt\",\"max_tokens\":10,");
        // bytes and what providers add, at 3 dollars, and ten tokens at 15
        long most = (chat.length() + 1024) * 3_000L + 10 * 15_000;
        String limit = "%d.%09d".formatted(most / 1_000_000_000, most % 1_000_000_000);
        try (TestGateway gateway = hedged().models(
                        "budgets: [{name: all, per: organisation, period: total, limit_usd: \"" + limit + "\"}]")
                .start()) {
            WireAnswer answer = ModelAgent.of(gateway).chat(chat);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(answer("big-1"));
            assertThat(answer.header("x-gateway-attempts")).contains("1");
            assertThat(two.requests()).isEmpty();
            assertThat(outcome(gateway).json()).doesNotContain("hedge");
        }
    }

    @Test
    void whoCouldNotEvenBeReachedIsNotPaid() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> waiting = fill(full);
            try (TestGateway gateway = hedged().models(one.url().toString(), "http://127.0.0.1:" + full.getLocalPort())
                    .start()) {
                WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

                assertThat(answer.text()).isEqualTo(answer("big-2"));
                AuditRecord outcome = outcome(gateway);
                assertThat(outcome.text("model.attempts")).isEqualTo("2");
                assertThat(cost(outcome)).isEqualTo(ANSWER_COST);
                assertThat(spent(gateway)).isEqualByComparingTo(BigDecimal.valueOf(ANSWER_COST, 9));
            } finally {
                for (Socket each : waiting) {
                    each.close();
                }
            }
        }
    }

    /** Takes all places that the system keeps for connections that nobody has accepted: the next one hangs. */
    private static List<Socket> fill(ServerSocket server) throws IOException {
        List<Socket> waiting = new ArrayList<>();
        while (true) {
            Socket next = new Socket();
            try {
                next.connect(server.getLocalSocketAddress(), 300);
                waiting.add(next);
            } catch (SocketTimeoutException full) {
                next.close();
                return waiting;
            }
        }
    }

    @Test
    void anAgentThatLeavesEndsBothAndPaysForBoth() throws Exception {
        one.on("/chat/completions", turn -> hangs(turn, oneClosed));
        two.on("/chat/completions", turn -> {
            twoAsked.countDown();
            hangs(turn, twoClosed);
        });
        try (TestGateway gateway = hedged().start()) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT));
            twoAsked.await();

            client.close();

            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("cancelled");
            assertThat(outcome.text("model.attempts")).isEqualTo("2");
            assertThat(cost(outcome)).isEqualTo(2 * (asked(CHAT) + UNSEEN_COST));
            assertThat(oneClosed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(twoClosed.await(30, TimeUnit.SECONDS)).isTrue();
            String health = gateway.operate("GET", "/models/health", "").text();
            assertThat(health).doesNotContain("\"in_flight\":1");
        }
    }

    @Test
    void ofAHundredCallsAtOnceTheLedgerIsTheSumOfTheAuditLog() throws Exception {
        AtomicInteger number = new AtomicInteger();
        one.on("/chat/completions", turn -> {
            if (number.incrementAndGet() % 5 == 0) {
                turn.connection().awaitPeerClose();
            } else {
                turn.whole(answer("big-1"));
            }
        });
        try (TestGateway gateway = hedged().models(
                                "concurrent_calls: 2", "concurrent_calls: 100, total_timeout_ms: 5000")
                        .models("budgets: [{name: all, per: organisation, period: total, limit_usd: \"100\"}]")
                        .limits("{auth_failures_per_minute: 0, calls_per_minute: 1000, model_calls_per_caller: 100}")
                        .start();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            ModelAgent alice = ModelAgent.of(gateway);
            List<Future<WireAnswer>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(threads.submit((Callable<WireAnswer>) () -> alice.chat(CHAT)));
            }
            for (Future<WireAnswer> answer : answers) {
                assertThat(answer.get().status()).isEqualTo(200);
            }

            List<AuditRecord> outcomes = gateway.newRecords(200).stream()
                    .filter(found -> found.text("ev").equals("llm.call.outcome"))
                    .toList();
            assertThat(outcomes).hasSize(100);
            assertThat(outcomes.stream().filter(each -> each.json().contains("\"kind\":\"hedge\"")))
                    .hasSizeGreaterThan(5);
            long sum = outcomes.stream().mapToLong(HedgeTest::cost).sum();
            assertThat(spent(gateway)).isEqualByComparingTo(BigDecimal.valueOf(sum, 9));
            JsonNode pot = gateway.operate("GET", "/budgets", "").json().at("/budgets/0");
            assertThat(pot.path("held_usd").asString()).isEqualTo("0");
            assertThat(new BigDecimal(pot.path("spent_usd").asString()))
                    .isEqualByComparingTo(BigDecimal.valueOf(sum, 9));
            Await.until(
                    "who lost is not asked any more",
                    () -> gateway.operate("GET", "/models/health", "").text().contains("\"in_flight\":0"));
        }
    }

    @Test
    void bothAttemptsHaveASpanAndTheDecisionAnEvent() throws Exception {
        Queue<RawRequest> exports = new ConcurrentLinkedQueue<>();
        one.on("/chat/completions", turn -> hangs(turn, oneClosed));
        try (RawServer receiver = RawServer.start(connection -> {
                    for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                        exports.add(next.get());
                        connection.answer(200, "application/x-protobuf", "");
                    }
                });
                TestGateway gateway = hedged().section(
                                "telemetry",
                                "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 100}")
                        .start()) {
            ModelAgent.of(gateway).chat(CHAT);

            Await.until("the spans are exported", () -> spans(exports).contains("chat gpt"));
            assertThat(spans(exports))
                    .contains("chat big-1", "chat big-2", "gateway.hedge", "from_provider", "to_provider", "slow")
                    .contains("cancelled");
        }
    }

    /** Protocol buffers hold texts as they are. */
    private static String spans(Queue<RawRequest> exports) {
        return exports.stream()
                .filter(each -> each.target().equals("/v1/traces"))
                .map(RawRequest::text)
                .collect(Collectors.joining());
    }
}
