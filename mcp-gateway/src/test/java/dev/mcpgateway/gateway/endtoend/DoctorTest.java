package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ModelTurn;
import dev.mcpgateway.gateway.cli.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Faults that still return 200 are found by {@code mcp-gateway doctor}, and a setup that is well passes. */
class DoctorTest {
    private static final String ALLOW = """
            version: 1
            rules:
              - id: support-may-ask
                effect: permit
                principals: {issuer: corp, groups: [support]}
                actions: [model/call]
                resources: ["model:gpt"]
              - id: the-doctor-may-ask
                effect: permit
                principals: {issuer: gateway, subject: doctor}
                actions: [model/call]
                resources: ["model:gpt"]
            """;
    private static final String PRICES = """
            version: 1
            prices:
              - {provider: one, model: "*", effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "2"}}
              - {provider: two, model: "*", effective_from: "2020-01-01", per_million_tokens: {input: "1", output: "2"}}
            """;
    private static final Pattern MARK = Pattern.compile("nothing else: ([0-9a-f]{12})");
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]+)\"");

    @TempDir
    Path folder;

    private FakeModelServer one;
    private FakeModelServer two;

    /** How a provider answers a probe; everything is as it should be in {@link #WELL}. */
    private record Manner(String served, boolean saysUsage, boolean ends, List<String> headers) {}

    private static final Manner WELL = new Manner("", true, true, List.of("x-request-id: req-1"));

    @BeforeEach
    void providers() {
        one = FakeModelServer.start().on("/chat/completions", turn -> answer(turn, WELL));
        two = FakeModelServer.start().on("/chat/completions", turn -> answer(turn, WELL));
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        assertThat(one.failures()).isEmpty();
        assertThat(two.failures()).isEmpty();
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static void answer(ModelTurn turn, Manner manner) throws IOException {
        String asked = turn.request().text();
        String model = "\"model\":\"" + (manner.served().isEmpty() ? found(MODEL, asked) : manner.served()) + "\"";
        String usage = "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":4}";
        if (!asked.contains("\"stream\":true")) {
            turn.answer(
                    200,
                    "{\"id\":\"c-1\"," + model
                            + ",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                            + found(MARK, asked) + "\"},\"finish_reason\":\"stop\"}]"
                            + (manner.saysUsage() ? "," + usage : "") + "}",
                    manner.headers().toArray(String[]::new));
            return;
        }
        ModelTurn stream = turn.begin(manner.headers().toArray(String[]::new))
                .data("{" + model + ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + found(MARK, asked)
                        + "\"}}]}")
                .data("{" + model + ",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
        if (manner.saysUsage()) {
            stream.data("{" + model + ",\"choices\":[]," + usage + "}");
        }
        if (manner.ends()) {
            stream.data("[DONE]");
        }
        stream.end();
    }

    private TestGateway.Builder with(String doctor) throws Exception {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        return TestGateway.in(folder)
                .policy(ALLOW)
                .section("models", """

                  providers:
                    one: {kind: openai, base_url: "%s", credential: none}
                    two: {kind: openai, base_url: "%s", credential: none}
                  routing: {max_retries: 0}
                  aliases:
                    gpt: {tiers: [{targets: [{provider: one, model: big-1}]}, {targets: [{provider: two, model: big-2}]}]}
                  prices: {file: prices.yaml}
                  %s
                """.formatted(one.url(), two.url(), doctor))
                .operator();
    }

    private TestGateway start() throws Exception {
        return with("doctor: {daily_usd: \"1\"}").start();
    }

    private Ran doctor(TestGateway gateway, String... more) {
        return Ran.of(
                gateway,
                folder,
                Stream.concat(Stream.of("doctor"), Stream.of(more)).toArray(String[]::new));
    }

    @Test
    void aSetupThatIsWellPassesAndEveryProbeIsRecordedAndPaid() throws Exception {
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway);

            assertThat(ran.faults()).isEmpty();
            assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(ExitCode.OK);
            assertThat(ran.out())
                    .contains("gpt by its route", "gpt at one/big-1 whole", "gpt at two/big-2 streamed")
                    .contains("5 probes, USD 0.00014: all is as planned")
                    .doesNotContain("open  ");
            assertThat(one.requests()).as("route, whole, streamed").hasSize(3);
            assertThat(two.requests()).as("whole, streamed").hasSize(2);
            assertThat(one.requests()).allMatch(request -> request.text().contains("\"max_completion_tokens\":32"));
            List<AuditRecord> records = gateway.records();
            assertThat(records.stream().map(each -> each.text("ev")))
                    .as("ordered, and told what came of it")
                    .filteredOn("admin.models.doctor"::equals)
                    .hasSize(10);
            assertThat(records.stream()
                            .filter(each -> each.text("ev").equals("llm.call.intent"))
                            .map(each -> each.text("actor.iss")))
                    .hasSize(5)
                    .containsOnly("urn:mcp-gateway:self");
            assertThat(gateway.operate("GET", "/usage?by=user", "").text())
                    .contains("\"value\":\"gateway/doctor\",\"calls\":5,\"input_tokens\":100");
        }
    }

    @Test
    void anotherModelThatAnswersIsFound() throws Exception {
        one.on(
                "/chat/completions",
                turn -> answer(turn, new Manner("small-9", true, true, List.of("x-request-id: r"))));
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway);

            assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(ran.faults())
                    .hasSize(3)
                    .allMatch(line -> line.contains("model: asked for big-1, served by small-9 -> "));
        }
    }

    @Test
    void aHeaderFieldThatIsStrippedOnTheWayIsFound() throws Exception {
        two.on("/chat/completions", turn -> answer(turn, new Manner("", true, true, List.of())));
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway);

            assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(ran.faults())
                    .hasSize(2)
                    .allMatch(line ->
                            line.startsWith("FAULT  request id: the provider's id of the request is not there"));
        }
    }

    @Test
    void anAnswerWithoutUsageIsFoundWholeAndStreamed() throws Exception {
        one.on("/chat/completions", turn -> answer(turn, new Manner("", false, true, List.of("x-request-id: r"))));
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway);

            assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(ran.faults()).hasSize(3).allMatch(line -> line.startsWith("FAULT  usage: "));
            assertThat(ran.faults())
                    .filteredOn(line -> line.contains("include_usage"))
                    .hasSize(1);
            assertThat(ran.out()).contains("an estimate, as recorded");
        }
    }

    @Test
    void aStreamWithoutItsLastEventIsFound() throws Exception {
        one.on("/chat/completions", turn -> answer(turn, new Manner("", true, false, List.of("x-request-id: r"))));
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway);

            assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(ran.faults())
                    .singleElement()
                    .asString()
                    .startsWith("FAULT  answer: none: stream_broken -> see what ends streams on the way");
        }
    }

    @Test
    void aProxyThatSendsAgainIsFoundByWhatItSays() throws Exception {
        try (FakeModelServer proxy = FakeModelServer.start()) {
            proxy.on("/chat/completions", turn -> {
                for (int each = 0; each < 2; each++) {
                    post(one.url() + "/chat/completions", turn, List.of());
                }
                answer(turn, new Manner("", true, true, List.of("x-request-id: r", "x-envoy-attempt-count: 2")));
            });
            try (TestGateway gateway = with("doctor: {daily_usd: \"1\"}")
                    .models("base_url: \"" + one.url(), "base_url: \"" + proxy.url())
                    .start()) {
                Ran ran = doctor(gateway);

                assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
                assertThat(one.requests()).as("what the provider has seen").hasSize(6);
                assertThat(ran.out()).contains("attempts: 1 of at most");
                assertThat(ran.faults())
                        .hasSize(3)
                        .allMatch(line -> line.startsWith("FAULT  retries: a proxy on the way to the model says"));
            }
        }
    }

    @Test
    void aFallbackThatAlwaysAnswersIsFoundThoughEachCallIsGood() throws Exception {
        one.on("/chat/completions", turn -> turn.answer(500, "{\"error\":{\"message\":\"no\"}}"));
        try (TestGateway gateway = start()) {
            assertThat(ModelAgent.of(gateway).chat(JudgeCase.CHAT).status()).isEqualTo(200);

            Ran ran = doctor(gateway);

            assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(ran.faults())
                    .anyMatch(
                            line -> line.startsWith("FAULT  route: planned one/big-1, answered by two/big-2; fallback"))
                    .anyMatch(line -> line.startsWith("FAULT  answer: none: provider_failed"));
        }
    }

    @Test
    void aPlanSaysWhatItCanCostAndSendsNothing() throws Exception {
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway, "--plan", "gpt");

            assertThat(ran.code()).isEqualTo(ExitCode.OK);
            assertThat(ran.out())
                    .containsPattern("would send  gpt at two/big-2 streamed  USD 0\\.001[0-9]+ at most")
                    .contains("5 calls, USD 0.01", "USD 1 are left today. Nothing was sent.");
            assertThat(one.requests()).isEmpty();
            assertThat(two.requests()).isEmpty();
            assertThat(gateway.operate("GET", "/usage?by=user", "").text()).contains("\"usage\":[]");
        }
    }

    @Test
    void withoutARuleOrMoneyEveryProbeIsRefusedAndNothingIsSent() throws Exception {
        try (TestGateway gateway = with("doctor: {daily_usd: \"0.0000001\"}").start()) {
            Ran poor = doctor(gateway);
            gateway.rewritePolicy(ALLOW.replace("subject: doctor", "subject: nobody"));
            Await.until("the rule is gone", () -> doctor(gateway).out().contains("model_hidden"));
            Ran ruled = doctor(gateway);

            assertThat(poor.faults()).hasSize(5).allMatch(line -> line.contains("answer: none: over_budget"));
            assertThat(ruled.faults())
                    .hasSize(5)
                    .allMatch(line -> line.contains("no rule lets the doctor ask: principals: {issuer: gateway"));
            assertThat(ruled.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(one.requests()).isEmpty();
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void whomThePolicyKeepsDataFromIsLeftOutAsPlanned() throws Exception {
        String inEu = ALLOW + """
                models:
                  - {names: "model:gpt", principals: {issuer: gateway, subject: doctor}, residency: eu}
                """;
        try (TestGateway gateway = with("doctor: {daily_usd: \"1\"}")
                .models("two: {", "two: {residency: eu, ")
                .policy(inEu)
                .start()) {
            Ran ran = doctor(gateway);
            gateway.rewritePolicy(inEu.replace("residency: eu", "residency: ch"));
            Await.until("nobody is there", () -> doctor(gateway).out().contains("none: residency -> the policy's"));

            assertThat(ran.out()).contains("good  route: answered by two/big-2");
            assertThat(ran.faults())
                    .hasSize(2)
                    .allMatch(line ->
                            line.startsWith("FAULT  answer: none: no_model_fits") && line.contains("residency"));
            assertThat(one.requests()).isEmpty();
        }
    }

    @Test
    void whileOneIsProbedAnotherOrderIsRefusedAndRecordedAsNotCarriedOut() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        one.on("/chat/completions", turn -> {
            reached.countDown();
            assertThat(released.await(1, TimeUnit.MINUTES)).isTrue();
            answer(turn, WELL);
        });
        String order = "{\"alias\":\"gpt\",\"way\":\"route\"}";
        try (TestGateway gateway = start();
                ExecutorService operators = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<WireAnswer> first = operators.submit(() -> gateway.operate("POST", "/models/doctor", order));
            assertThat(reached.await(1, TimeUnit.MINUTES)).isTrue();
            WireAnswer second = gateway.operate("POST", "/models/doctor", order);
            released.countDown();

            assertThat(second.status()).isEqualTo(500);
            assertThat(second.text()).contains("nothing was sent: another probe is under way");
            assertThat(first.get(1, TimeUnit.MINUTES).status()).isEqualTo(200);
            assertThat(one.requests()).hasSize(1);
            assertThat(gateway.records().stream()
                            .filter(each -> each.text("ev").equals("admin.models.doctor"))
                            .map(each -> each.text("detail.result").replaceFirst("call .*", "call")))
                    .containsExactly(
                            "asked", "asked", "nothing was sent: another probe is under way", "answered, call");
        } finally {
            released.countDown();
        }
    }

    @Test
    void inSafeModeNothingIsProbed() throws Exception {
        try (TestGateway gateway = start()) {
            assertThat(gateway.operate("POST", "/safe-mode", "{\"reason\":\"drill\"}")
                            .status())
                    .isEqualTo(200);

            Ran ran = doctor(gateway);

            assertThat(ran.code()).isEqualTo(ExitCode.FAILED);
            assertThat(ran.err()).contains("refused (403)");
            assertThat(one.requests()).isEmpty();
        }
    }

    @Test
    void withoutItsSectionThereIsNoDoctorAndWhoIsUnknownIsRefused() throws Exception {
        try (TestGateway gateway = with("").policy(ALLOW.substring(0, ALLOW.indexOf("  - id: the-doctor")))
                .start()) {
            assertThat(doctor(gateway).err()).contains("refused (404)");
        }
        try (TestGateway gateway = start()) {
            assertThat(gateway.admin("/models/doctor").status()).isEqualTo(401);
            assertThat(gateway.operate("POST", "/models/doctor", "{\"alias\":\"gpt\",\"way\":\"guess\"}")
                            .status())
                    .isEqualTo(400);
            assertThat(doctor(gateway, "gone").code()).isEqualTo(ExitCode.USAGE);
            assertThat(one.requests()).isEmpty();
        }
    }

    @Test
    void aGatewayThatGoesByAnotherFileIsFound() throws Exception {
        try (TestGateway gateway = start()) {
            Path file = folder.resolve("gateway.yaml");
            Ran same = doctor(gateway, "--config", file.toString());
            Files.writeString(
                    folder.resolve("new.yaml"),
                    Files.readString(file)
                            .replace("max_retries: 0", "max_retries: 2")
                            .replace("big-2", "big-3"));

            Ran other = doctor(gateway, "--config", folder.resolve("new.yaml").toString());

            assertThat(same.code()).as(same.out() + same.err()).isEqualTo(ExitCode.OK);
            assertThat(other.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(other.faults())
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("FAULT  routing: the file says 'max_retries 2"))
                    .anyMatch(line -> line.startsWith("FAULT  alias gpt: the file says") && line.contains("big-3"));
        }
    }

    /** Sends what came on, with these header fields of its own; gives the answer. */
    private static HttpResponse<String> post(String url, ModelTurn turn, List<String> fields) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(turn.request().text()));
        for (String name : fields) {
            turn.request().header(name).ifPresent(value -> request.header(name, value));
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private Ran through(TestGateway gateway, List<String> passedOn, List<String> passedBack, int times)
            throws Exception {
        Path key = folder.resolve("alice.key");
        ModelGateways.secret(key, ModelAgent.token(gateway, "alice"));
        try (FakeModelServer front = FakeModelServer.start()) {
            front.on("/chat/completions", turn -> {
                HttpResponse<String> answer =
                        post(gateway.url().resolve("/v1/chat/completions").toString(), turn, passedOn);
                for (int more = 1; more < times; more++) {
                    post(gateway.url().resolve("/v1/chat/completions").toString(), turn, passedOn);
                }
                List<String> headers = new ArrayList<>();
                passedBack.forEach(
                        name -> answer.headers().firstValue(name).ifPresent(value -> headers.add(name + ": " + value)));
                turn.answer(answer.statusCode(), answer.body(), headers.toArray(String[]::new));
            });
            Ran ran = doctor(gateway, "--through", front.url().toString(), "--key-file", key.toString());
            assertThat(front.failures()).isEmpty();
            return ran;
        }
    }

    @Test
    void whatStandsInFrontAndStripsOrRepeatsIsFound() throws Exception {
        List<String> forth = List.of("Authorization", "traceparent");
        List<String> back = List.of("x-gateway-call-id", "x-gateway-served-model", "x-gateway-attempts");
        try (TestGateway gateway = start()) {
            Ran well = through(gateway, forth, back, 1);
            Ran strips = through(gateway, forth, back.subList(0, 2), 1);
            Ran repeats = through(gateway, forth, back, 2);
            Ran replaces = through(gateway, forth.subList(0, 1), back, 1);

            assertThat(well.code()).as(well.out() + well.err()).isEqualTo(ExitCode.OK);
            assertThat(well.out()).contains("calls: one was sent, and one came, in its trace");
            assertThat(strips.faults())
                    .singleElement()
                    .asString()
                    .startsWith("FAULT  headers: x-gateway-attempts does not arrive");
            assertThat(repeats.faults())
                    .singleElement()
                    .asString()
                    .startsWith("FAULT  calls: one call was sent, and 2 came");
            assertThat(replaces.faults())
                    .singleElement()
                    .asString()
                    .startsWith("FAULT  trace: no call of this gateway");
        }
    }

    @Test
    void aKeyThatIsOfNoUseIsToldBeforeAnythingCostsMoney() throws Exception {
        Path key = Files.writeString(folder.resolve("open.key"), "for all to read");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        try (TestGateway gateway = start()) {
            Ran ran = doctor(
                    gateway,
                    "--json",
                    "--through",
                    gateway.url().resolve("/v1").toString(),
                    "--key-file",
                    key.toString());

            assertThat(ran.code()).isNotIn(ExitCode.OK, ExitCode.PROBLEMS);
            assertThat(ran.err()).contains("open.key");
            assertThat(JsonMapper.shared().readTree(ran.out()).path("failed").asString())
                    .contains("open.key");
            assertThat(one.requests()).isEmpty();
            assertThat(two.requests()).isEmpty();
        }
    }

    @Test
    void programsGetOneObject() throws Exception {
        one.on(
                "/chat/completions",
                turn -> answer(turn, new Manner("small-9", true, true, List.of("x-request-id: r"))));
        try (TestGateway gateway = start()) {
            Ran ran = doctor(gateway, "--json");

            JsonNode report = JsonMapper.shared().readTree(ran.out());
            assertThat(ran.code()).isEqualTo(ExitCode.PROBLEMS);
            assertThat(report.path("good").asBoolean()).isFalse();
            assertThat(report.path("cost_usd").asString()).isEqualTo("0.00014");
            assertThat(report.path("probes")).hasSize(5);
            assertThat(report.at("/probes/0/mark").asString()).matches("[0-9a-f]{12}");
            assertThat(one.requests().getFirst().text())
                    .contains(report.at("/probes/0/mark").asString());
        }
    }
}
