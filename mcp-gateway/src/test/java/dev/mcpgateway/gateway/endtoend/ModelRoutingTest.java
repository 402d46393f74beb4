package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.connectors.testing.RawRequest;
import dev.mcpgateway.connectors.testing.RawServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with several targets: who is asked when one fails, what the agent sees of that, and what is recorded. */
class ModelRoutingTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM = CHAT.replace("\"gpt\",", "\"gpt\",\"stream\":true,");
    private static final String BOTH =
            "{gpt: {targets: [{provider: one, model: big-1}, {provider: two, model: big-2}]}}";
    private static final String QUICK = "{first_pause_ms: 1, longest_pause_ms: 2}";
    private static final String ROLE =
            "{\"model\":\"big-1\",\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}";
    private static final String TEXT = "{\"model\":\"big-%s\",\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}";

    @TempDir
    Path folder;

    private FakeModelServer one;
    private FakeModelServer two;

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

    private TestGateway gateway(String routing, String aliases) throws Exception {
        return ModelGateways.routed(folder, one, two, routing, aliases)
                .operator()
                .start();
    }

    private static void fails(FakeModelServer server, int status, String... headers) {
        server.on("/chat/completions", turn -> turn.answer(status, "{\"error\":{\"message\":\"no\"}}", headers));
    }

    private static AuditRecord outcome(TestGateway gateway) {
        return gateway.newRecords(2).getLast();
    }

    @Test
    void whatOneProviderKeepsIsNotAskedOfOneOfTwo() throws Exception {
        try (FakeModelServer one = FakeModelServer.start();
                FakeModelServer two = FakeModelServer.start();
                TestGateway gateway =
                        ModelGateways.routed(folder, one, two, QUICK, BOTH).start()) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer goesOn = alice.ask(alice.post(
                    "/v1/responses", "{\"model\":\"gpt\",\"input\":\"x\",\"previous_response_id\":\"resp_1\"}"));
            WireAnswer unseen =
                    alice.ask(alice.post("/v1/responses", "{\"model\":\"gpt\",\"input\":\"x\",\"background\":true}"));

            assertThat(goesOn.status()).isEqualTo(400);
            assertThat(goesOn.text()).contains("'previous_response_id' needs a model that one provider alone serves");
            assertThat(unseen.status()).isEqualTo(400);
            assertThat(unseen.text()).contains("'background' is not served");
            assertThat(one.requests()).isEmpty();
            assertThat(two.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503, 529, 429, 401, 408})
    void theNextTargetAnswersForOneThatFailed(int status) throws Exception {
        fails(one, status);
        try (TestGateway gateway = gateway("", BOTH)) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo(answer("big-2"));
            assertThat(answer.header("x-gateway-attempts")).contains("2");
            assertThat(answer.header("x-gateway-served-model")).contains("big-2");
            assertThat(answer.header("x-should-retry")).isEmpty();
            assertThat(one.requests()).hasSize(1);
            assertThat(two.request().text()).contains("\"model\":\"big-2\"");
            AuditRecord outcome = outcome(gateway);
            assertThat(outcome.text("outcome.status")).isEqualTo("ok");
            assertThat(outcome.text("model.provider")).as("who was to be asked").isEqualTo("one");
            assertThat(outcome.json())
                    .contains("\"by\":{\"provider\":\"two\",\"name\":\"big-2\"},\"attempts\":2,\"routing\":"
                            + "[{\"kind\":\"fallback\",\"from\":\"one/big-1\",\"to\":\"two/big-2\",\"reason\":");
        }
    }

    @Test
    void anExpressionSendsACallToOthersAndOneThatCannotBeDecidedSendsItNowhere() throws Exception {
        String aliases =
                "{gpt: {targets: [{provider: one, model: big-1}, {provider: two, model: big-2}], rules: [{when:"
                        + " {expression: 'tools[0].startsWith(\"db_\") && !stream', has_tools: true}, tiers: [2]},"
                        + " {when: {expression: 'max_output_tokens > 0 && 100 / (max_output_tokens - 1) > 5'}, tiers: [2]}]}}";
        try (TestGateway gateway = gateway("", aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).text()).isEqualTo(answer("big-1"));
            assertThat(alice.chat(CHAT.replace("\"gpt\",", "\"gpt\",\"tools\":[{\"name\":\"db_write\"}],"))
                            .text())
                    .isEqualTo(answer("big-2"));
            assertThat(gateway.newRecords(4).getLast().json())
                    .contains("{\"kind\":\"rule\",\"to\":\"two/big-2\",\"reason\":\"rule_1\",\"attempt\":0}");
            int before = one.requests().size() + two.requests().size();
            WireAnswer undecided = alice.chat(CHAT.replace("\"gpt\",", "\"gpt\",\"max_tokens\":1,"));

            assertThat(undecided.status()).isEqualTo(400);
            assertThat(undecided.text())
                    .contains("Nobody who serves the model can take this request")
                    .doesNotContain("rule", "divide");
            assertThat(one.requests().size() + two.requests().size()).isEqualTo(before);
            assertThat(gateway.newRecords(1).getLast().json())
                    .contains("\"stage\":\"ROUTE\",\"reason\":\"no_model_fits\"");
        }
    }

    @Test
    void theCheapestIsAskedFirstAndTheRecordSaysWhy() throws Exception {
        Files.writeString(folder.resolve("prices.yaml"), """
                version: 1
                prices:
                  - {provider: one, model: big-1, effective_from: "2020-01-01",
                     per_million_tokens: {input: "1", output: "20"}, output_tokens_max: 1000}
                  - {provider: two, model: big-2, effective_from: "2020-01-01",
                     per_million_tokens: {input: "5", output: "10"}, output_tokens_max: 1000}
                """);
        String aliases = "{gpt: {strategy: cost, targets: [{provider: one, model: free}, {provider: one, model: big-1},"
                + " {provider: two, model: big-2}]}}\n  prices: {file: prices.yaml}";
        try (TestGateway gateway = gateway("", aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer longAnswer = alice.chat(CHAT);
            AuditRecord why = outcome(gateway);
            WireAnswer longQuestion = alice.chat(CHAT.replace("\"hi\"", "\"" + "word ".repeat(400) + "\"")
                    .replace("\"gpt\",", "\"gpt\",\"max_tokens\":1,"));

            assertThat(longAnswer.text()).as("dear input, cheap output").isEqualTo(answer("big-2"));
            assertThat(longQuestion.text()).as("cheap input, dear output").isEqualTo(answer("big-1"));
            assertThat(why.json())
                    .containsPattern(
                            "\"routing\":\\[\\{\"kind\":\"cost\",\"to\":\"two/big-2\",\"reason\":\"nano_usd_100[0-9]{5}\""
                                    + ",\"attempt\":0},\\{\"kind\":\"cost\",\"to\":\"one/big-1\",\"reason\":\"nano_usd_200[0-9]{5}\"")
                    .contains("\"to\":\"one/free\",\"reason\":\"unpriced\"");
        }
    }

    @Test
    void aProviderThatIsNotThereIsReplaced() throws Exception {
        one.close();
        try (TestGateway gateway = gateway("", BOTH)) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).text()).isEqualTo(answer("big-2"));
        }
    }

    @Test
    void theSameTargetIsAskedAgainBeforeTheNext() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        one.on("/chat/completions", turn -> {
            if (asked.incrementAndGet() < 3) {
                turn.answer(500, "{}");
            } else {
                turn.whole(answer("big-1"));
            }
        });
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.text()).isEqualTo(answer("big-1"));
            assertThat(answer.header("x-gateway-attempts")).contains("3");
            assertThat(two.requests()).isEmpty();
            assertThat(outcome(gateway).json())
                    .contains("{\"kind\":\"retry\",\"from\":\"one/big-1\",\"to\":\"one/big-1\",\"reason\":"
                            + "\"provider_error\",\"attempt\":1}");
        }
    }

    @Test
    void whenAllFailedTheAgentGetsTheLastErrorAndNeedNotAskAgain() throws Exception {
        fails(one, 500);
        two.on("/chat/completions", turn -> turn.answer(502, "{\"error\":{\"message\":\"the last one\"}}"));
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.text()).contains("the last one");
            assertThat(answer.header("x-should-retry")).contains("false");
            assertThat(answer.header("x-gateway-attempts")).contains("4");
            assertThat(one.requests()).as("once and two retries").hasSize(3);
            assertThat(two.requests()).as("four attempts are all").hasSize(1);
            assertThat(outcome(gateway).json()).contains("\"by\":{\"provider\":\"two\",\"name\":\"big-2\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 422})
    void whatIsTheCallersFaultIsNotTriedAgain(int status) throws Exception {
        fails(one, status);
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).status()).isEqualTo(status);
            assertThat(one.requests()).hasSize(1);
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void aRequestThatIsTooLongForOneIsForTheNext() throws Exception {
        one.on(
                "/chat/completions",
                turn -> turn.answer(400, "{\"error\":{\"code\":\"context_length_exceeded\",\"message\":\"x\"}}"));
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            assertThat(ModelAgent.of(gateway).chat(CHAT).text()).isEqualTo(answer("big-2"));
            assertThat(one.requests()).hasSize(1);
        }
    }

    @Test
    void aProviderThatAsksForAPauseGetsIt() throws Exception {
        fails(one, 429, "retry-after: 60");
        String aliases = "{gpt: {targets: [{provider: one, model: big-1}, {provider: two, model: big-2}]},"
                + " only: {targets: [{provider: one, model: big-1}]}}";
        try (TestGateway gateway = gateway(QUICK, aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).text()).isEqualTo(answer("big-2"));
            assertThat(alice.chat(CHAT).header("x-gateway-attempts")).contains("1");
            WireAnswer only = alice.chat(CHAT.replace("gpt", "only"));

            assertThat(one.requests()).as("asked once, and then left alone").hasSize(1);
            assertThat(only.status()).isEqualTo(503);
            assertThat(only.header("retry-after").map(Integer::parseInt).orElse(0))
                    .isBetween(30, 60);
            assertThat(only.json().at("/error/code").asString()).isEqualTo("overloaded");
            assertThat(gateway.newRecords(5).get(3).json())
                    .contains("{\"kind\":\"reroute\",\"from\":\"one/big-1\",\"to\":\"two/big-2\",\"reason\":"
                            + "\"cooling\",\"attempt\":0}");
            gateway.clock().advance(Duration.ofSeconds(61));
            one.on("/chat/completions", turn -> turn.whole(answer("big-1")));
            assertThat(alice.chat(CHAT.replace("gpt", "only")).status()).isEqualTo(200);
        }
    }

    /** Of the models of {@code one} the first says so, and the other answers. */
    private void refusesTheFirst(String code) {
        one.on("/chat/completions", turn -> {
            if (turn.request().text().contains("big-1")) {
                turn.answer(
                        429,
                        "{\"error\":{\"type\":\"" + code + "\",\"code\":\"" + code + "\",\"message\":\"x\"}}",
                        "retry-after: 60");
            } else {
                turn.whole(answer("small-1"));
            }
        });
    }

    @Test
    void aLimitOfOneModelKeepsNobodyFromItsProvidersOthers() throws Exception {
        refusesTheFirst("rate_limit_exceeded");
        String aliases = "{gpt: {targets: [{provider: one, model: big-1}, {provider: one, model: small-1}]},"
                + " only: {targets: [{provider: one, model: big-1}]},"
                + " small: {targets: [{provider: one, model: small-1}]},"
                + " elsewhere: {targets: [{provider: two, model: big-2}]}}";
        try (TestGateway gateway = gateway(QUICK, aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).header("x-gateway-attempts")).contains("2");
            WireAnswer next = alice.chat(CHAT);
            WireAnswer small = alice.chat(CHAT.replace("gpt", "small"));
            WireAnswer only = alice.chat(CHAT.replace("gpt", "only"));

            assertThat(next.text()).isEqualTo(answer("small-1"));
            assertThat(next.header("x-gateway-attempts"))
                    .as("the limited one is left alone")
                    .contains("1");
            assertThat(small.text()).isEqualTo(answer("small-1"));
            assertThat(only.status()).isEqualTo(503);
            assertThat(one.requests()).hasSize(4);
            assertThat(gateway.operate("GET", "/models/health", "").text())
                    .containsPattern("\"model\":\"big-1\"[^}]*\"cools_for_ms\":[1-9]")
                    .containsPattern("\"model\":\"small-1\"[^}]*\"cools_for_ms\":0");
        }
    }

    @Test
    void anAccountWithoutMoneyRestsWithAllItsModels() throws Exception {
        refusesTheFirst("insufficient_quota");
        String aliases = "{gpt: {targets: [{provider: one, model: big-1}, {provider: two, model: big-2}]},"
                + " small: {targets: [{provider: one, model: small-1}]}}";
        try (TestGateway gateway = gateway(QUICK, aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).text()).isEqualTo(answer("big-2"));
            assertThat(outcome(gateway).json()).contains("\"reason\":\"over_quota\"");
            WireAnswer small = alice.chat(CHAT.replace("gpt", "small"));

            assertThat(small.status()).isEqualTo(503);
            assertThat(small.header("retry-after").map(Integer::parseInt).orElse(0))
                    .isBetween(30, 60);
            assertThat(one.requests()).hasSize(1);
        }
    }

    private static void failsInTheStream(FakeModelServer server, String event, String error) {
        server.on(
                "/responses",
                turn -> turn.begin()
                        .event("response.created", "{\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}")
                        .event(event, error)
                        .end());
    }

    private static WireAnswer respond(ModelAgent agent) {
        return agent.ask(
                agent.post("/v1/responses", "{\"model\":\"gpt\",\"stream\":true,\"store\":false,\"input\":\"x\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid_prompt", "failed_to_download_image", "image_content_policy_violation"})
    void oneAgentsFaultsInStreamsAreAskedOnceAndOpenNoBreaker(String code) throws Exception {
        failsInTheStream(
                one,
                "response.failed",
                "{\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"error\":{\"code\":\"" + code
                        + "\",\"message\":\"x\"}}}");
        String routing = "{first_pause_ms: 1, longest_pause_ms: 2, breaker: {min_calls: 5, open_s: 100}}";
        try (TestGateway gateway = gateway(routing, BOTH)) {
            ModelAgent alice = ModelAgent.of(gateway);
            for (int each = 0; each < 6; each++) {
                WireAnswer answer = respond(alice);

                assertThat(answer.status()).as(answer.text()).isEqualTo(400);
                assertThat(answer.json().at("/error/type").asString()).isEqualTo("invalid_request_error");
            }
            assertThat(one.requests()).hasSize(6);
            assertThat(two.requests()).isEmpty();
            assertThat(gateway.operate("GET", "/models/health", "").text())
                    .contains("\"provider\":\"one\",\"model\":\"big-1\",\"breaker\":\"closed\"");
        }
    }

    @Test
    void aLimitThatIsToldInAStreamCoolsItsModelAndOpensNoBreaker() throws Exception {
        for (FakeModelServer each : List.of(one, two)) {
            failsInTheStream(
                    each,
                    "error",
                    "{\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"x\",\"param\":null}");
        }
        String routing =
                "{max_retries: 0, first_pause_ms: 5000, longest_pause_ms: 5000, breaker: {min_calls: 2, open_s: 100}}";
        try (TestGateway gateway = gateway(routing, BOTH)) {
            ModelAgent alice = ModelAgent.of(gateway);
            for (int each = 0; each < 3; each++) {
                WireAnswer answer = respond(alice);

                assertThat(answer.status()).as(answer.text()).isEqualTo(429);
                assertThat(answer.json().at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
                assertThat(outcome(gateway).json()).contains("\"kind\":\"fallback\"", "\"reason\":\"rate_limited\"");
                assertThat(respond(alice).status())
                        .as("while both are left alone")
                        .isEqualTo(503);
                assertThat(gateway.newRecords(1)).hasSize(1);
                gateway.clock().advance(Duration.ofSeconds(6));
            }
            assertThat(one.requests()).hasSize(3);
            assertThat(gateway.operate("GET", "/models/health", "").text())
                    .contains("\"provider\":\"one\",\"model\":\"big-1\",\"breaker\":\"closed\"")
                    .contains("\"provider\":\"two\",\"model\":\"big-2\",\"breaker\":\"closed\"");
        }
    }

    @Test
    void aFaultOfTheAgentsAfterTheFirstContentOpensNoBreaker() throws Exception {
        one.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data(TEXT.formatted("1"))
                        .data("{\"error\":{\"code\":\"content_filter\",\"message\":\"x\"}}")
                        .end());
        try (TestGateway gateway = gateway("{max_retries: 0, breaker: {min_calls: 2, open_s: 100}}", BOTH)) {
            ModelAgent alice = ModelAgent.of(gateway);
            for (int each = 0; each < 4; each++) {
                assertThat(alice.chat(STREAM).text()).contains("content_filter").doesNotContain("[DONE]");
            }
            assertThat(two.requests()).isEmpty();
            assertThat(gateway.operate("GET", "/models/health", "").text())
                    .contains("\"provider\":\"one\",\"model\":\"big-1\",\"breaker\":\"closed\"");
        }
    }

    @Test
    void thePauseMayBeADate() throws Exception {
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                    gateway.clock().instant().plusSeconds(100).atOffset(ZoneOffset.UTC));
            fails(one, 429, "retry-after: " + date);

            ModelAgent.of(gateway).chat(CHAT);

            long cools = gateway.operate("GET", "/models/health", "")
                    .json()
                    .at("/targets/0/cools_for_ms")
                    .asLong();
            assertThat(cools).isBetween(60_000L, 102_000L);
        }
    }

    @Test
    void aStreamThatBreaksBeforeItsFirstContentIsReplacedUnseen() throws Exception {
        one.on("/chat/completions", turn -> turn.begin().data(ROLE).cut());
        two.on("/chat/completions", turn -> streamed(turn, "2"));
        try (TestGateway gateway = gateway("", BOTH)) {
            WireAnswer answer = ModelAgent.of(gateway).chat(STREAM);

            assertThat(answer.text()).isEqualTo("data: " + TEXT.formatted("2") + "\n\ndata: [DONE]\n\n");
            assertThat(answer.header("x-gateway-attempts")).contains("2");
            assertThat(outcome(gateway).json())
                    .contains("\"kind\":\"fallback\"", "\"reason\":\"broken\"", "\"status\":\"ok\"");
        }
    }

    private static void streamed(ModelTurn turn, String number) throws Exception {
        turn.begin().data(TEXT.formatted(number)).data("[DONE]").end();
    }

    @Test
    void aStreamWhoseFirstEventsAreHeldIsPassedOnWhole() throws Exception {
        one.on(
                "/chat/completions",
                turn -> turn.begin()
                        .data(ROLE)
                        .data(TEXT.formatted("1"))
                        .data("[DONE]")
                        .end());
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            assertThat(ModelAgent.of(gateway).chat(STREAM).text())
                    .isEqualTo("data: " + ROLE + "\n\ndata: " + TEXT.formatted("1") + "\n\ndata: [DONE]\n\n");
        }
    }

    @Test
    void afterTheFirstContentNobodyElseIsAsked() throws Exception {
        one.on(
                "/chat/completions",
                turn -> turn.begin().data(ROLE).data(TEXT.formatted("1")).cut());
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            WireAnswer answer = ModelAgent.of(gateway).chat(STREAM);

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text())
                    .startsWith("data: " + ROLE)
                    .contains("\"error\"")
                    .doesNotContain("[DONE]");
            assertThat(one.requests()).hasSize(1);
            assertThat(two.requests()).isEmpty();
            assertThat(outcome(gateway).text("outcome.error")).isEqualTo("stream_broken");
        }
    }

    @Test
    void whenNobodyTakesCallsTheAgentIsToldWhenToComeBack() throws Exception {
        fails(one, 500);
        String routing = "{max_retries: 0, breaker: {min_calls: 5, open_s: 100}}";
        String aliases = "{gpt: {targets: [{provider: one, model: big-1}]}, x: {targets: [{provider: two, model: m}]}}";
        try (TestGateway gateway = gateway(routing, aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);
            for (int each = 0; each < 5; each++) {
                assertThat(alice.chat(CHAT).status()).isEqualTo(500);
            }
            assertThat(gateway.newRecords(10).getLast().json())
                    .contains("{\"kind\":\"breaker\",\"from\":\"one/big-1 closed\",\"to\":\"open\",\"reason\":"
                            + "\"5 of 5 calls failed\",\"attempt\":1}");

            WireAnswer resting = alice.chat(CHAT);

            assertThat(resting.status()).isEqualTo(503);
            assertThat(resting.header("retry-after").map(Integer::parseInt).orElse(0))
                    .isBetween(50, 100);
            assertThat(one.requests()).hasSize(5);
            assertThat(gateway.newRecords(1).getFirst().text("detail.reason")).isEqualTo("models_resting");
            assertThat(gateway.operate("GET", "/models/health", "").text())
                    .contains("\"provider\":\"one\",\"model\":\"big-1\",\"breaker\":\"open\"");
            assertThat(gateway.operate("GET", "/metrics", "").text())
                    .containsPattern("gateway_breaker_state[^\\n]*target=\"one/big-1\"[^\\n]* 3");

            gateway.clock().advance(Duration.ofSeconds(101));
            one.on("/chat/completions", turn -> turn.whole(answer("big-1")));
            assertThat(ModelAgent.of(gateway).chat(CHAT).status())
                    .as("the probe")
                    .isEqualTo(200);
            assertThat(gateway.operate("GET", "/models/health", "").text())
                    .contains("\"breaker\":\"ramp\",\"share_percent\":5");
        }
    }

    @Test
    void healthIsForOperatorsAlone() throws Exception {
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            assertThat(gateway.admin("/models/health").status()).isEqualTo(401);
        }
    }

    @Test
    void anotherModelThanWasAskedForIsToldAndWhereWantedRefused() throws Exception {
        one.on("/chat/completions", turn -> turn.whole(answer("tiny-0")));
        String aliases =
                "{gpt: {targets: [{provider: one, model: big-1, mismatch: fail}, {provider: two, model: big-2}]},"
                        + " loose: {targets: [{provider: one, model: big-1}]},"
                        + " known: {targets: [{provider: one, model: big-1, served_as: [\"tiny-*\"]}]},"
                        + " strict: {targets: [{provider: one, model: big-1, mismatch: fail}]}}";
        try (TestGateway gateway = gateway(QUICK, aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).text()).isEqualTo(answer("big-2"));
            assertThat(outcome(gateway).json()).contains("\"kind\":\"fallback\"", "\"reason\":\"model_mismatch\"");
            assertThat(alice.chat(CHAT.replace("gpt", "loose")).text()).isEqualTo(answer("tiny-0"));
            assertThat(outcome(gateway).json()).contains("\"served\":\"tiny-0\"", "\"mismatch\":true");
            assertThat(alice.chat(CHAT.replace("gpt", "known")).status()).isEqualTo(200);
            assertThat(outcome(gateway).json()).doesNotContain("mismatch");
            WireAnswer strict = alice.chat(CHAT.replace("gpt", "strict"));
            assertThat(strict.status()).isEqualTo(502);
            assertThat(strict.text()).doesNotContain("tiny-0");
            AuditRecord refused = outcome(gateway);
            assertThat(refused.text("outcome.error")).isEqualTo("model_mismatch");
            assertThat(refused.json()).as("it is paid for").contains("\"usage\":{\"input\":3,");
            assertThat(gateway.operate("GET", "/metrics", "").text())
                    .containsPattern("gateway_model_mismatch_total[^\\n]*gen_ai_request_model=\"big-1\"[^\\n]* 3");
        }
    }

    @Test
    void aProviderWithoutAFreePlaceIsPassedOver() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        one.on("/chat/completions", turn -> {
            go.await();
            turn.whole(answer("big-1"));
        });
        try (TestGateway gateway = gateway("", BOTH)) {
            ModelAgent alice = ModelAgent.of(gateway);
            try (WireClient first = alice.begin(alice.post("/v1/chat/completions", CHAT));
                    WireClient second = alice.begin(alice.post("/v1/chat/completions", CHAT))) {
                Await.until("both places are taken", () -> one.requests().size() == 2);

                WireAnswer third = alice.chat(CHAT);
                go.countDown();

                assertThat(third.text()).isEqualTo(answer("big-2"));
                assertThat(third.header("x-gateway-attempts")).contains("1");
                assertThat(first.read().status()).isEqualTo(200);
                assertThat(second.read().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aCallEndsInItsOwnTimeWithAllItsAttempts() throws Exception {
        one.on("/chat/completions", turn -> turn.connection().awaitPeerClose());
        two.on("/chat/completions", turn -> turn.connection().awaitPeerClose());
        String aliases = BOTH.replace("targets:", "total_timeout_ms: 400, targets:");
        try (TestGateway gateway = gateway(QUICK, aliases)) {
            WireAnswer answer = ModelAgent.of(gateway).chat(CHAT);

            assertThat(answer.status()).isEqualTo(504);
            assertThat(two.requests()).as("no time is left for another").isEmpty();
            assertThat(outcome(gateway).text("outcome.status")).isEqualTo("timeout");
        }
    }

    @Test
    void anAgentThatLeavesEndsTheAttempts() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        one.on("/chat/completions", turn -> {
            asked.countDown();
            turn.connection().awaitPeerClose();
        });
        try (TestGateway gateway = gateway(QUICK, BOTH)) {
            ModelAgent alice = ModelAgent.of(gateway);
            WireClient client = alice.begin(alice.post("/v1/chat/completions", CHAT));
            asked.await();

            client.close();

            assertThat(outcome(gateway).text("outcome.status")).isEqualTo("cancelled");
            assertThat(one.requests()).hasSize(1);
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void whatNobodyCanDoIsRefusedInWordsAndNothingIsSent() throws Exception {
        String aliases =
                "{gpt: {targets: [{provider: one, model: big-1, capabilities: [streaming], context_tokens: 50}]},"
                        + " other: {targets: [{provider: two, model: big-2}]}}";
        try (TestGateway gateway = gateway(QUICK, aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            WireAnswer tools = alice.chat(CHAT.replace("\"gpt\",", "\"gpt\",\"tools\":[{\"type\":\"function\"}],"));
            WireAnswer longer = alice.chat(CHAT.replace("hi", "word ".repeat(60)));

            assertThat(tools.status()).isEqualTo(400);
            assertThat(tools.json().at("/error/code").asString()).isEqualTo("no_model_fits");
            assertThat(tools.json().at("/error/message").asString()).contains("it needs tools");
            assertThat(longer.status()).isEqualTo(400);
            assertThat(longer.json().at("/error/message").asString()).contains("too long");
            assertThat(longer.json().at("/error/code").asString()).isEqualTo("context_length_exceeded");
            assertThat(one.requests()).isEmpty();
            assertThat(alice.chat(CHAT).status()).isEqualTo(200);
        }
    }

    @Test
    void aRuleLeadsCallsOfOneKindElsewhere() throws Exception {
        String aliases = "{gpt: {targets: [{provider: one, model: big-1}], rules: [{when: {max_input_tokens: 40,"
                + " has_tools: false, groups: [support]}, alias: small}]}, small: {targets: [{provider: two, model: big-2}]}}";
        try (TestGateway gateway = gateway("", aliases)) {
            ModelAgent alice = ModelAgent.of(gateway);

            assertThat(alice.chat(CHAT).text()).isEqualTo(answer("big-2"));
            assertThat(outcome(gateway).json())
                    .contains("{\"kind\":\"rule\",\"to\":\"two/big-2\",\"reason\":\"rule_1\",\"attempt\":0}");
            assertThat(alice.chat(CHAT.replace("hi", "word ".repeat(60))).text())
                    .isEqualTo(answer("big-1"));
        }
    }

    @Test
    void eachAttemptHasASpanAndEachDecisionAnEvent() throws Exception {
        Queue<RawRequest> exports = new ConcurrentLinkedQueue<>();
        AtomicInteger asked = new AtomicInteger();
        one.on("/chat/completions", turn -> turn.answer(asked.incrementAndGet() == 1 ? 503 : 401, "{}"));
        try (RawServer receiver = RawServer.start(connection -> {
                    for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
                        exports.add(next.get());
                        connection.answer(200, "application/x-protobuf", "");
                    }
                });
                TestGateway gateway = ModelGateways.routed(folder, one, two, QUICK, BOTH)
                        .section(
                                "telemetry",
                                "{otlp_url: \"http://127.0.0.1:" + receiver.port() + "\", sample_percent: 100}")
                        .start()) {
            ModelAgent.of(gateway).chat(CHAT);

            Await.until("the spans are exported", () -> spans(exports).contains("chat gpt"));
            assertThat(spans(exports))
                    .contains("chat big-1", "chat big-2", "gateway.retry", "gateway.fallback")
                    .contains("from_provider", "to_provider", "reason", "credential_refused", "attempt");
            assertThat(spans(exports).split("chat big-1", -1))
                    .as("two attempts")
                    .hasSize(3);
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
