package dev.mcpgateway.gateway.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.AuditRecord;
import dev.mcpgateway.connectors.testing.FakeModelServer;
import dev.mcpgateway.gateway.cli.Commands;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A caller's tenant is one thing, set once: routes, budgets, caches, restrictions and the audit log all read it. */
class TenantTest {
    private static final String CHAT = "{\"model\":\"gpt\",\"temperature\":0,\"max_tokens\":10,\"messages\":[]}";

    @TempDir
    Path folder;

    private FakeModelServer openai;
    private FakeModelServer anthropic;
    private TestGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        openai = FakeModelServer.start()
                .on(
                        "/chat/completions",
                        turn -> turn.whole("{\"model\":\"x\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":"
                                + "{\"content\":\"hi\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}"));
        anthropic = FakeModelServer.start();
        Files.writeString(folder.resolve("prices.yaml"), """
                version: 1
                prices:
                  - provider: acme
                    model: "*"
                    effective_from: "2020-01-01"
                    per_million_tokens: {input: "1", output: "1"}
                """);
        gateway = ModelGateways.in(folder, openai, anthropic, "", """
                        prices: {file: prices.yaml}
                        budgets: [{name: one-each, per: tenant, period: total, limit_requests: 3, match: {tenants: [acme, umbrella]}}]
                        cache: {exact: {aliases: {gpt: {share: tenant}}}}
                        """)
                .models("gpt: {targets:", "gpt: {rules: [{when: {tenants: [umbrella]}, alias: claude}], targets:")
                .models("other-sonnet-9}]}", "other-sonnet-9}, {provider: acme, model: acme-umbrella}]}")
                .section(
                        "issuers",
                        "{corp: {issuer: \"https://id.example\", jwks: {file: jwks.json}, claims: {tenant: /org/name}}}")
                .section("virtual_keys", "{enabled: true}")
                .policy(ModelGateways.ALLOW.replace(
                        "principals: {issuer: corp, groups: [support]}", "principals: {groups: [support]}"))
                .operator()
                .start();
        gateway.skipRecords();
    }

    @AfterEach
    void stop() {
        gateway.close();
        openai.close();
        anthropic.close();
    }

    private ModelAgent of(String subject, String tenant) {
        return ModelAgent.of(gateway, subject, Map.of("org", Map.of("name", tenant), "tenant", "not-this"));
    }

    private ModelAgent key(String... tenant) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] plain = {
            "keys",
            "create",
            "--name",
            "k",
            "--subject",
            "robot",
            "--client",
            "job",
            "--groups",
            "support",
            "--view",
            "models",
            "--config",
            folder.resolve("gateway.yaml").toString()
        };
        String[] all =
                Stream.concat(List.of(plain).stream(), List.of(tenant).stream()).toArray(String[]::new);
        assertThat(Commands.run(
                        all,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(System.err, true, StandardCharsets.UTF_8)))
                .isZero();
        gateway.clock().advance(Duration.ofSeconds(1));
        return ModelAgent.holding(gateway, out.toString(StandardCharsets.UTF_8).strip());
    }

    private String tenantOfNextRecord() {
        return gateway.newRecords(1).stream()
                .filter(each -> each.text("ev").startsWith("llm."))
                .map((AuditRecord each) -> each.text("tenant"))
                .findFirst()
                .orElse("none");
    }

    @Test
    void theIssuersClaimNamesItForTheLogTheBudgetsTheCacheAndTheRoutes() {
        assertThat(of("alice", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(tenantOfNextRecord()).isEqualTo("acme");

        assertThat(of("bob", "acme").chat(CHAT).text()).contains("hi");
        assertThat(openai.requests()).as("a colleague's answer was kept").hasSize(1);

        assertThat(of("carol", "umbrella").chat(CHAT).status()).isEqualTo(200);
        assertThat(new String(openai.requests().getLast().body(), StandardCharsets.UTF_8))
                .contains("acme-umbrella");
        JsonNode usage = gateway.operate("GET", "/usage?by=tenant", "").json().at("/usage");
        assertThat(usage.toString()).contains("\"acme\"", "\"umbrella\"").doesNotContain("not-this");
    }

    @Test
    void whatWasKeptBeforeATenantWasRestrictedDoesNotComeBackWhenThatEnds() {
        assertThat(of("alice", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(of("bob", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(openai.requests()).as("it was kept").hasSize(1);

        assertThat(gateway.operate(
                                "POST",
                                "/restrictions",
                                "{\"tenant\":\"acme\",\"models\":[\"gpt\"],\"reason\":\"incident 12\"}")
                        .status())
                .isEqualTo(200);
        assertThat(gateway.operate("DELETE", "/restrictions", "{\"tenant\":\"acme\",\"reason\":\"over\"}")
                        .status())
                .isEqualTo(200);

        assertThat(of("alice", "acme").chat(CHAT).status()).isEqualTo(200);
        assertThat(openai.requests()).hasSize(2);
    }

    @Test
    void aBudgetOfATenantIsForItsUsersAndKeysTogether() {
        ModelAgent alice = of("alice", "acme");
        ModelAgent robot = key("--tenant", "acme");
        String other = CHAT.replace("\"temperature\":0,", "");

        assertThat(alice.chat(other).status()).isEqualTo(200);
        assertThat(alice.chat(other).status()).isEqualTo(200);
        assertThat(robot.chat(other).status()).isEqualTo(200);
        assertThat(robot.chat(other).status()).isEqualTo(429);
        assertThat(alice.chat(other).status()).isEqualTo(429);
        assertThat(of("carol", "umbrella").chat(other).status()).isEqualTo(200);
        assertThat(key().chat(other).status()).as("a key of nobody's").isEqualTo(200);
    }

    @Test
    void aKeyOfATenantIsRestrictedWithItAndOthersAreNot() {
        ModelAgent robot = key("--tenant", "acme");
        ModelAgent free = key();
        gateway.operate("POST", "/restrictions", "{\"tenant\":\"acme\",\"models\":[\"claude\"],\"reason\":\"r\"}");

        assertThat(robot.chat(CHAT).status()).isEqualTo(404);
        assertThat(of("alice", "acme").chat(CHAT).status()).isEqualTo(404);
        assertThat(free.chat(CHAT).status()).isEqualTo(200);
        assertThat(ModelAgent.of(gateway, "bob", Map.of("tenant", "acme"))
                        .chat(CHAT)
                        .status())
                .as("not the claim that the issuer's entry names")
                .isEqualTo(200);
    }

    @Test
    void whoseTenantIsUnclearIsNobody() {
        ModelAgent both = ModelAgent.of(gateway, "alice", Map.of("org", Map.of("name", List.of("acme", "umbrella"))));

        assertThat(both.chat(CHAT).status()).isEqualTo(401);
        assertThat(openai.requests()).isEmpty();
    }
}
