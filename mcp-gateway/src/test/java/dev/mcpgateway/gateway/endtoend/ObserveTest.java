package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeMcpServer;
import dev.mcpgateway.connectors.testing.FakeMcpServer.Speaks;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.connectors.testing.ToolScript;
import dev.mcpgateway.gateway.StartRefused;
import dev.mcpgateway.gateway.cli.Commands;
import dev.mcpgateway.gateway.identity.TestIssuer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of models that are recorded and not held to their rules, and everything that holds all the same. */
class ObserveTest {
    private static final String GPT = "{\"model\":\"gpt\",\"max_tokens\":10,\"messages\":[]}";
    private static final String SECRET = "{\"model\":\"secret\",\"max_tokens\":10,\"messages\":[]}";

    private static final String PRICES = """
            version: 1
            prices:
              - provider: acme
                model: acme-large-1
                effective_from: "2020-01-01"
                per_million_tokens: {input: "3", output: "15"}
                output_tokens_max: 100
            """;

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    private record Ran(int code, String out, String err) {}

    @BeforeEach
    void providers() {
        openai = FakeModelServer.start()
                .on(
                        "/chat/completions",
                        turn -> turn.whole("{\"model\":\"acme-large-1\",\"choices\":[],"
                                + "\"usage\":{\"prompt_tokens\":1000,\"completion_tokens\":50}}"));
        anthropic = FakeModelServer.start();
    }

    @AfterEach
    void stop() {
        if (gateway != null) {
            gateway.close();
        }
        openai.close();
        anthropic.close();
    }

    private static String inDays(int days) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(days).toString();
    }

    private TestGateway.Builder observing(String more) throws Exception {
        return ModelGateways.in(folder, openai, anthropic, "", "observe: {until: " + inDays(10) + more + "}\n")
                .operator();
    }

    private void start(TestGateway.Builder builder) throws Exception {
        gateway = builder.start();
        gateway.skipRecords();
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

    private int ask(String subject, String body) {
        return ModelAgent.of(gateway, subject).chat(body).status();
    }

    private AuditRecord intent() {
        return gateway.newRecords(2).getFirst();
    }

    @Test
    void whatNoRulePermitsPassesAndIsRecordedAsThat() throws Exception {
        start(observing(""));

        assertThat(ask("alice", SECRET)).isEqualTo(200);

        AuditRecord intent = intent();
        assertThat(intent.text("ev")).isEqualTo("llm.call.intent");
        assertThat(intent.json())
                .contains("\"decision\":{\"effect\":\"allow\",\"reason_code\":\"observed\","
                        + "\"would_refuse\":[\"model_hidden no_permit\"]}")
                .contains("\"id\":\"models.observe.1\"");
        assertThat(ask("alice", GPT)).isEqualTo(200);
        assertThat(intent().json())
                .contains("\"decision\":{\"effect\":\"allow\",\"reason_code\":\"observed\"}")
                .contains("support-may-ask");
    }

    @Test
    void whatARuleForbidsAndWhatIsNotThereIsRefusedAsEver() throws Exception {
        start(observing(""));

        assertThat(ask("mallory", SECRET)).isEqualTo(404);
        assertThat(ask("alice", SECRET.replace("secret", "nosuch"))).isEqualTo(404);
        assertThat(ask("alice", SECRET.replace("secret", "*"))).isEqualTo(404);
        assertThat(gateway.send(ModelAgent.of(gateway)
                                .plain("POST", "/v1/chat/completions")
                                .plus("Content-Type", "application/json")
                                .body(SECRET))
                        .status())
                .isEqualTo(401);
        assertThat(openai.requests()).isEmpty();
    }

    @Test
    void toolsAreNotTouched() throws Exception {
        AtomicInteger found = new AtomicInteger();
        try (FakeMcpServer crm = FakeMcpServer.start(Speaks.MODERN).tool("find", turn -> {
            found.incrementAndGet();
            ToolScript.text("found").answer(turn);
        })) {
            start(observing("").upstream("crm", crm));

            TestAgent alice = gateway.agent();

            assertThat(alice.call("crm__find", "{}").text()).contains("Unknown tool");
            assertThat(alice.send(alice.request("tools/list", "")).text()).doesNotContain("crm__find");
            assertThat(found).hasValue(0);
        }
    }

    @Test
    void othersAndOtherModelsAreHeldToTheirRules() throws Exception {
        start(observing(", aliases: [secret], principals: [{issuer: corp, subject: [alice]}]"));

        assertThat(ask("alice", SECRET)).isEqualTo(200);
        assertThat(ask("bob", SECRET)).isEqualTo(404);
        gateway.skipRecords();
        assertThat(ask("alice", GPT)).isEqualTo(200);
        assertThat(intent().json()).contains("\"decision\":{\"effect\":\"allow\"}");
    }

    @Test
    void aLimitIsComputedAndPassed() throws Exception {
        String limited =
                ModelGateways.ALLOW.replace("\"model:gone\"]", "\"model:gone\"]\n    limits: {calls_per_minute: 1}");
        start(observing("").policy(limited));

        assertThat(ask("alice", GPT)).isEqualTo(200);
        gateway.skipRecords();
        assertThat(ask("alice", GPT)).isEqualTo(200);

        assertThat(intent().json()).contains("\"would_refuse\":[\"rate_limited 1 calls a minute\"]");
    }

    @Test
    void aBudgetCountsWhatItDoesNotRefuse() throws Exception {
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        start(observing("")
                .models("prices: {file: prices.yaml}")
                .models("budgets: [{name: all, per: organisation, period: day, limit_requests: 1}]"));

        assertThat(ask("alice", GPT)).isEqualTo(200);
        gateway.skipRecords();
        assertThat(ask("alice", GPT)).isEqualTo(200);

        assertThat(intent().json()).contains("\"would_refuse\":[\"over_budget all\"]");
        WireAnswer usage = gateway.operate("GET", "/usage?by=model", "");
        assertThat(usage.json().at("/usage/0/calls").asLong(0)).as(usage.text()).isEqualTo(2);
    }

    @Test
    void aBudgetThatOthersHoldIsInNobodysWayEither() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        openai.on("/chat/completions", turn -> {
            if (asked.getCount() > 0) {
                asked.countDown();
                go.await();
            }
            turn.whole("{\"model\":\"acme-large-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":1}}");
        });
        Files.writeString(folder.resolve("prices.yaml"), PRICES);
        start(observing("")
                .models("prices: {file: prices.yaml}")
                .models("budgets: [{name: all, per: organisation, period: day, limit_requests: 1}]"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> first = threads.submit(() -> ask("alice", GPT));
            asked.await();
            gateway.skipRecords();
            int second = ask("bob", GPT);
            AuditRecord intent = intent();
            go.countDown();

            assertThat(second).isEqualTo(200);
            assertThat(intent.json()).contains("\"would_refuse\":[\"budget_held all\"]");
            assertThat(first.get()).isEqualTo(200);
        }
    }

    @Test
    void safeModeRestrictionsAndStopsHold() throws Exception {
        start(observing(""));
        assertThat(gateway.operate(
                                "POST",
                                "/restrictions",
                                "{\"tenant\":\"acme\",\"models\":[\"gpt\"],\"calls_per_minute\":1,\"reason\":\"r\"}")
                        .status())
                .isEqualTo(200);
        ModelAgent acme = ModelAgent.of(gateway, "alice", Map.of("tenant", "acme"));
        assertThat(acme.chat(SECRET).status()).isEqualTo(404);
        assertThat(acme.chat(GPT).status()).isEqualTo(200);
        assertThat(acme.chat(GPT).status()).isEqualTo(429);
        assertThat(ask("bob", SECRET)).isEqualTo(200);
        gateway.operate("POST", "/kill", "{\"kind\":\"user\",\"value\":\"bob\",\"reason\":\"r\"}");
        assertThat(ask("bob", SECRET)).isEqualTo(401);
        assertThat(ask("alice", SECRET)).isEqualTo(200);
        openai.clearRequests();

        gateway.operate("POST", "/safe-mode", "{\"reason\":\"r\"}");

        assertThat(ask("alice", SECRET)).isEqualTo(404);
        assertThat(openai.requests()).isEmpty();
    }

    @Test
    void itEndsByItself() throws Exception {
        start(observing(""));
        assertThat(gateway.operate("GET", "/version", "").text())
                .contains("\"observing\":\"all models of everybody until");
        assertThat(ask("alice", SECRET)).isEqualTo(200);

        gateway.clock().advance(Duration.ofDays(11));

        assertThat(ask("alice", SECRET)).isEqualTo(404);
        assertThat(gateway.operate("GET", "/version", "").text()).contains("\"observing\":\"\"");
    }

    @Test
    void moreThanThirtyDaysAreRefusedAndWhatIsOverIsOff() throws Exception {
        assertThatThrownBy(() -> observing("").models(inDays(10), inDays(32)).build())
                .isInstanceOfSatisfying(
                        StartRefused.class,
                        refused -> assertThat(refused.problems().getFirst().render())
                                .contains("more than 30 days ahead"));
        Files.delete(folder.resolve("openai.key"));
        Files.delete(folder.resolve("anthropic.key"));

        start(observing("").models(inDays(10), inDays(-3)));

        assertThat(ask("alice", SECRET)).isEqualTo(404);
    }

    @Test
    void theBeginIsInTheLog() throws Exception {
        gateway = observing("").start();

        assertThat(gateway.records())
                .anyMatch(each -> each.text("ev").equals("admin.observe.begun")
                        && each.text("detail.target").startsWith("all models of everybody until "));
        assertThat(run("check", "--config", folder.resolve("gateway.yaml").toString())
                        .out())
                .contains("warning: policy and limits do not hold for all models");
    }

    @Test
    void theProposedRulesPermitJustWhatWasSeen() throws Exception {
        start(observing(""));
        assertThat(ask("alice", SECRET)).isEqualTo(200);
        gateway.close();
        String audit = folder.resolve("audit").toString();
        String config = folder.resolve("gateway.yaml").toString();

        assertThat(run("models", "report", "--audit", audit, "--by", "agent").out())
                .contains("observed, would be refused: model_hidden");
        Ran proposed = run("models", "report", "--audit", audit, "--propose", config);
        assertThat(proposed.code()).as(proposed.err()).isZero();
        assertThat(proposed.out()).contains("client_id: \"desk-agent\"", "resources: [\"model:secret\"]");
        Files.delete(folder.resolve("openai.key"));
        Files.delete(folder.resolve("anthropic.key"));
        start(ModelGateways.in(folder, openai, anthropic).policy("version: 1\n" + proposed.out()));

        assertThat(ask("alice", SECRET)).isEqualTo(200);
        assertThat(ask("alice", GPT)).isEqualTo(404);
        assertThat(ModelAgent.of(gateway, "alice", Map.of("client_id", "another"))
                        .chat(SECRET)
                        .status())
                .isEqualTo(404);
    }

    private TestGateway.Builder withClaims(TestGateway.Builder builder, String claims) {
        return builder.section(
                "issuers",
                "{corp: {issuer: \"" + TestIssuer.ISSUER + "\", jwks: {file: jwks.json}, claims: {" + claims + "}}}");
    }

    private String proposed() {
        gateway.close();
        Ran proposed = run(
                "models",
                "report",
                "--audit",
                folder.resolve("audit").toString(),
                "--propose",
                folder.resolve("gateway.yaml").toString());
        assertThat(proposed.code()).as(proposed.err()).isZero();
        return proposed.out();
    }

    private ModelAgent ofTenant(String claim, String tenant, String agent) {
        Object org = claim.startsWith("/") ? Map.of("name", tenant) : tenant;
        return ModelAgent.of(gateway, "alice", Map.of("org", org, "tenant", "not-this", "client_id", agent));
    }

    @ParameterizedTest
    @ValueSource(strings = {"org", "/org/name"})
    void aProposedRuleComparesTheTenantWhereverItsClaimStands(String claim) throws Exception {
        start(withClaims(observing(""), "tenant: " + claim));
        assertThat(ofTenant(claim, "acme", "desk").chat(SECRET).status()).isEqualTo(200);

        String rules = proposed();

        assertThat(rules).contains("tenant: \"acme\"").doesNotContain("#");
        start(withClaims(ModelGateways.in(folder, openai, anthropic), "tenant: " + claim)
                .policy("version: 1\n" + rules));
        assertThat(ofTenant(claim, "acme", "desk").chat(SECRET).status()).isEqualTo(200);
        assertThat(ofTenant(claim, "free", "desk").chat(SECRET).status()).isEqualTo(404);
        assertThat(ofTenant(claim, "acme", "another").chat(SECRET).status()).isEqualTo(404);
    }

    private ModelAgent key(String tenant) {
        Ran made = run(
                "keys",
                "create",
                "--name",
                "nightly",
                "--subject",
                "robot",
                "--client",
                "job",
                "--view",
                "models",
                "--tenant",
                tenant,
                "--config",
                folder.resolve("gateway.yaml").toString());
        assertThat(made.code()).as(made.err()).isZero();
        // the gateway looks at the file once a second
        gateway.clock().advance(Duration.ofSeconds(1));
        return ModelAgent.holding(gateway, made.out().strip());
    }

    @Test
    void aProposedRuleComparesTheTenantOfAKey() throws Exception {
        String keys = "{enabled: true, issuer: robots}";
        start(observing("").section("virtual_keys", keys));
        assertThat(key("acme").chat(SECRET).status()).isEqualTo(200);

        String rules = proposed();

        assertThat(rules).contains("issuer: \"robots\"", "tenant: \"acme\"").doesNotContain("#");
        start(ModelGateways.in(folder, openai, anthropic)
                .section("virtual_keys", keys)
                .policy("version: 1\n" + rules));
        assertThat(key("acme").chat(SECRET).status()).isEqualTo(200);
        assertThat(key("free").chat(SECRET).status()).isEqualTo(404);
    }

    @Test
    void whoseIssuerIsNotInTheFileGetsNoRule() throws Exception {
        start(observing("").section("virtual_keys", "{enabled: true}"));
        assertThat(key("acme").chat(SECRET).status()).isEqualTo(200);
        gateway.close();
        observing("").write();

        assertThat(proposed().lines().skip(1))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("  #"))
                .anyMatch(line -> line.contains("no issuer of gateway.yaml is \"urn:mcp-gateway:keys\""));
    }

    @Test
    void aNameThatTurnsTheLineAroundIsReadByItsNumbers() throws Exception {
        start(observing(""));
        String agent = "desk\u202E}]egdif";
        assertThat(ModelAgent.of(gateway, "alice", Map.of("client_id", agent))
                        .chat(SECRET)
                        .status())
                .isEqualTo(200);

        String rules = proposed();

        assertThat(rules).contains("client_id: \"desk\\u202e}]egdif\"").doesNotContain("\u202E");
        Files.delete(folder.resolve("openai.key"));
        Files.delete(folder.resolve("anthropic.key"));
        start(ModelGateways.in(folder, openai, anthropic).policy("version: 1\n" + rules));
        assertThat(ModelAgent.of(gateway, "alice", Map.of("client_id", agent))
                        .chat(SECRET)
                        .status())
                .isEqualTo(200);
    }
}
