package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reports of a log that a gateway wrote: what was exposed, and who used which model. */
class EvidenceTest {
    @TempDir
    static Path folder;

    private static FakeModelServer openai;
    private static FakeModelServer anthropic;
    private static FakeMcpServer crm;
    private static TestGateway gateway;

    private record Ran(int code, String out, String err) {}

    @BeforeAll
    static void use() throws Exception {
        openai = FakeModelServer.start()
                .on("/models", turn -> turn.answer(200, "{}"))
                .on(
                        "/chat/completions",
                        turn -> turn.answer(
                                200,
                                "{\"model\":\"acme-large-1-0611\",\"choices\":[{\"message\":{\"annotations\":["
                                        + "{\"type\":\"url_citation\"}]}}],"
                                        + "\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":12}}"));
        anthropic = FakeModelServer.start().on("/models", turn -> turn.answer(401, "{}"));
        crm = FakeMcpServer.start(Speaks.MODERN).tool("find", ToolScript.text("found"));
        gateway = ModelGateways.in(folder, openai, anthropic)
                .policy(ModelGateways.ALLOW + TestGateway.ALLOW_CRM.substring(TestGateway.ALLOW_CRM.indexOf("  - id")))
                .upstream("crm", crm)
                .operator()
                .start();
        chat("acme", "alice", "gpt");
        chat("acme", "bob", "gpt");
        chat("umbrella", "alice", "gpt");
        chat("umbrella", "alice", "secret");
        gateway.agent(claims -> claims.put("tenant", "acme")).call("crm__find", "{}");
        gateway.operate("POST", "/kill", "{\"kind\":\"user\",\"value\":\"eve\",\"reason\":\"r\"}");
        gateway.operate("POST", "/credentials/rotate", "{\"reason\":\"r\"}");
        gateway.skipRecords();
    }

    private static void chat(String tenant, String subject, String model) {
        String token = gateway.token(claims -> {
            claims.put("aud", gateway.url().resolve("/v1").toString());
            claims.put("tenant", tenant);
            claims.put("sub", subject);
        });
        gateway.send(WireRequest.of("POST", "/v1/chat/completions")
                .plus("Host", "127.0.0.1:" + gateway.port())
                .plus("Authorization", "Bearer " + token)
                .plus("Content-Type", "application/json")
                .body("{\"model\":\"" + model + "\",\"messages\":[]}"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
        crm.close();
    }

    private static Ran run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Commands.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static JsonNode json(String... arguments) {
        Ran ran = run(arguments);
        assertThat(ran.code()).as(ran.err()).isZero();
        return JsonMapper.shared().readTree(ran.out());
    }

    private static JsonNode row(JsonNode rows, String item) {
        for (JsonNode row : rows) {
            if (row.path("item").asString("").equals(item)) {
                return row;
            }
        }
        throw new AssertionError("no row " + item + " in " + rows);
    }

    private static String log() {
        return folder.resolve("audit").toString();
    }

    @Test
    void theMatrixHasEveryClassOfArtifact() {
        JsonNode rows = json("exposure", "--audit", log(), "--format", "json");

        JsonNode key = row(rows, "key of provider acme");
        assertThat(key.path("artifact").asString("")).isEqualTo("secret_material");
        assertThat(key.path("where").asString("")).isEqualTo("secret file, variable or store; memory");
        assertThat(key.path("tenants").asString("")).isEqualTo("acme umbrella");
        assertThat(key.path("count").asString("")).isEqualTo("3");
        assertThat(key.path("rotation").asString("")).contains(" in use: secret, secret accepted");
        assertThat(row(rows, "credential of upstream crm").path("rotation").asString(""))
                .isEqualTo("none recorded");
        JsonNode history = row(rows, "calls of model gpt");
        assertThat(history.path("exposure").asString("")).contains("336 tokens; content went to acme");
        assertThat(row(rows, "tenant umbrella").path("exposure").asString("")).isEqualTo("gpt>acme-large-1-0611");
        assertThat(row(rows, "kill.set").path("artifact").asString("")).isEqualTo("policy_override_records");
        assertThat(row(rows, "kill.set").path("exposure").asString("")).isEqualTo("by ops");
    }

    @Test
    void answersThatAreKeptAreNamedWhereTheConfigurationKeepsThemOrOneWasGivenAgain() throws Exception {
        Path here = folder.resolve("keeping");
        String chat = "{\"model\":\"gpt\",\"temperature\":0,\"messages\":[]}";
        try (FakeModelServer provider = FakeModelServer.start()
                        .on(
                                "/chat/completions",
                                turn -> turn.answer(
                                        200,
                                        "{\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\","
                                                + "\"message\":{\"role\":\"assistant\",\"content\":\"hi\"}}]}"));
                TestGateway keeping = ModelGateways.in(
                                here,
                                provider,
                                anthropic,
                                "",
                                "cache: {exact: {aliases: {gpt: {share: caller, ttl_s: 120}, claude: {share: caller}}}}")
                        .start()) {
            assertThat(ModelAgent.of(keeping).chat(chat).status()).isEqualTo(200);
            keeping.newRecords(2);
            assertThat(keptOf(here)).isEqualTo("the provider; audit log");
            assertThat(keptOf(here, "--config", here.resolve("gateway.yaml").toString()))
                    .isEqualTo(
                            "the provider; audit log; memory of the gateway (answers of the exact cache, up to 120 s)");

            assertThat(ModelAgent.of(keeping).chat(chat).header("x-gateway-cache"))
                    .contains("hit");
            keeping.newRecords(2);
            assertThat(keptOf(here))
                    .isEqualTo("the provider; audit log; memory of the gateway (answers of the exact cache)");
        }
    }

    private static String keptOf(Path here, String... more) {
        String[] command = {"exposure", "--audit", here.resolve("audit").toString(), "--format", "json"};
        return row(json(with(command, more)), "calls of model gpt")
                .path("where")
                .asString("");
    }

    @Test
    void aTenantsMatrixIsItsOwn() {
        JsonNode rows = json("exposure", "--audit", log(), "--tenant", "umbrella", "--format", "json");

        assertThat(row(rows, "key of provider acme").path("count").asString("")).isEqualTo("1");
        assertThat(rows.toString())
                .doesNotContain("upstream crm", "tenant acme")
                .contains("kill.set");
    }

    @Test
    void aTimeWithoutCallsExposedNothing() {
        Ran ran = run("exposure", "--audit", log(), "--to", "2020-01-01", "--format", "csv");

        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .isEqualTo("artifact,item,where,protection,tenants,count,exposure,rotation,first,last\r\n");
        assertThat(run("exposure", "--audit", log(), "--to", "soon").code()).isEqualTo(2);
        assertThat(run("exposure", "--audit", folder.resolve("nowhere").toString())
                        .code())
                .isEqualTo(3);
    }

    @Test
    void aDayIsReadFromItsBeginningToItsEnd() {
        List<AuditRecord> records = gateway.records();
        String first = day(records.getFirst());
        String last = day(records.getLast());
        String call = records.stream()
                .filter(each -> each.text("ev").equals("llm.call.intent"))
                .findFirst()
                .orElseThrow()
                .text("call");
        String before = LocalDate.parse(first).minusDays(1).toString();
        String after = LocalDate.parse(last).plusDays(1).toString();

        JsonNode matrix = json("exposure", "--audit", log(), "--format", "json", "--from", first, "--to", last);
        assertThat(row(matrix, "calls of model gpt").path("count").asString("")).isEqualTo("3");
        for (String by : List.of("model", "agent", "run")) {
            String[] report = {"models", "report", "--audit", log(), "--by", by, "--format", "json"};
            assertThat(json(with(report, "--from", first, "--to", last))).as(by).isEqualTo(json(report));
        }
        assertThat(run("models", "why", call, "--audit", log(), "--from", first, "--to", last)
                        .out())
                .contains("asked", "answered");
        assertThat(json("exposure", "--audit", log(), "--format", "json", "--to", before))
                .isEmpty();
        assertThat(json("exposure", "--audit", log(), "--format", "json", "--from", after))
                .isEmpty();
        assertThat(run("exposure", "--audit", log(), "--from", after, "--to", last)
                        .err())
                .contains("--from is after --to");
    }

    private static String day(AuditRecord found) {
        return found.text("ts").substring(0, 10);
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void modelsAreReportedWithUsersTenantsAndTokens() {
        JsonNode rows = json("models", "report", "--audit", log(), "--format", "json");

        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).path("served").asString("")).isEqualTo("acme-large-1-0611");
        assertThat(rows.get(0).path("calls").asString("")).isEqualTo("3");
        assertThat(rows.get(0).path("users").asString("")).isEqualTo("2");
        assertThat(rows.get(0).path("tenants").asString("")).isEqualTo("acme umbrella");
        assertThat(rows.get(0).path("input_tokens").asString("")).isEqualTo("300");
        assertThat(rows.get(0).path("tool_uses").asString("")).isEqualTo("web_search 3");
    }

    @Test
    void agentsAreReportedAlsoWithWhatTheyWereRefused() {
        Ran ran = run("models", "report", "--audit", log(), "--by", "agent");

        assertThat(ran.code()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("TENANT", "acme", "umbrella", "permitted", "refused: model_hidden");
    }

    @Test
    void aRunIsReportedWithItsCallsOfModelsAndToolsAndWhatTheyCost() throws Exception {
        Path here = Files.createDirectories(folder.resolve("runs"));
        Files.writeString(here.resolve("prices.yaml"), """
                version: 1
                prices:
                  - {provider: acme, model: acme-large-1, effective_from: "2020-01-01", per_million_tokens: {input: "2", output: "10"}}
                """);
        String run = "4bf92f3577b34da6a3ce929d0e0e4736";
        String parent = "00-" + run + "-00f067aa0ba902b7-01";
        String chat = "{\"model\":\"gpt\",\"messages\":[]}";
        try (TestGateway priced = ModelGateways.in(here, openai, anthropic, "", "prices: {file: prices.yaml}")
                .policy(ModelGateways.ALLOW + TestGateway.ALLOW_CRM.substring(TestGateway.ALLOW_CRM.indexOf("  - id")))
                .upstream("crm", crm)
                .start()) {
            ModelAgent alice = ModelAgent.of(priced);
            alice.ask(alice.post("/v1/chat/completions", chat).plus("traceparent", parent));
            alice.ask(alice.post("/v1/chat/completions", chat).plus("traceparent", parent));
            TestAgent tools = priced.agent();
            tools.send(tools.calling("crm__find", "{}").plus("traceparent", parent));
            alice.chat(chat);
            priced.newRecords(8);

            JsonNode rows = json(
                    "models", "report", "--audit", here.resolve("audit").toString(), "--by", "run", "--format", "json");

            assertThat(rows).hasSize(2);
            JsonNode first = rows.get(0);
            assertThat(first.path("run").asString("")).isEqualTo(run);
            assertThat(first.path("models").asString("")).isEqualTo("gpt");
            assertThat(first.path("model_calls").asString("")).isEqualTo("2");
            assertThat(first.path("tool_calls").asString("")).isEqualTo("1");
            assertThat(first.path("input_tokens").asString("")).isEqualTo("200");
            assertThat(first.path("output_tokens").asString("")).isEqualTo("24");
            assertThat(first.path("usd").asString("")).isEqualTo("0.00064");
            assertThat(first.path("unpriced").asString("")).isEqualTo("0");
            assertThat(rows.get(1).path("run").asString("")).isEqualTo("(none)");
            assertThat(rows.get(1).path("usd").asString("")).isEqualTo("0.00032");
        }
        JsonNode unpriced = json("models", "report", "--audit", log(), "--by", "run", "--format", "json");
        assertThat(unpriced.get(0).path("unpriced").asString("")).isEqualTo("3");
    }
}
