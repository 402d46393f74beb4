package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.policy.CallerCondition.InGroup;
import dev.mcpgateway.policy.CallerCondition.IssuerIn;
import dev.mcpgateway.policy.yaml.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code models.content} and {@code models.observe} may say. */
class EvidenceConfigTest {
    private static Loaded read(String more) {
        String yaml = """
                version: 1
                issuers: {corp: {issuer: "https://id.example/", jwks: {file: k.json}}}
                policy: {files: [policy.yaml]}
                models:
                  providers: {p: {kind: openai, credential: none}}
                  aliases: {a: {targets: [{provider: p, model: m}]}}
                  %s
                """.formatted(more);
        return ConfigFile.read("gateway.yaml", yaml.getBytes(StandardCharsets.UTF_8), Path.of("/etc/gateway"));
    }

    private static Models models(String more) {
        return switch (read(more)) {
            case Loaded.Good(GatewayConfig config) -> config.models().orElseThrow();
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    @Test
    void withoutTheSectionsNothingIsKeptAndNobodyObserved() {
        assertThat(models("").content()).isEmpty();
        assertThat(models("").observe()).isEmpty();
    }

    @Test
    void aTenantHasTheDocumentedDefaults() {
        ContentSettings content = models(
                        "content: {tenants: {acme: {issuers: corp, public_key: acme.pem, keep_days: 30}}}")
                .content()
                .orElseThrow();

        assertThat(content.folder()).isEqualTo(Path.of("/etc/gateway/content"));
        assertThat(content.memoryBytes()).isEqualTo(64L << 20);
        assertThat(content.tenants())
                .containsEntry(
                        "acme",
                        new ContentSettings.Tenant(
                                Set.of("corp"),
                                Path.of("/etc/gateway/acme.pem"),
                                Set.of(),
                                false,
                                30,
                                1L << 30,
                                1 << 20));
    }

    @Test
    void observationHasAnEndAndCallers() {
        Observe observe = models(
                        "observe: {until: 2026-12-10, aliases: [a], principals: [{issuer: corp, groups: [data]}]}")
                .observe()
                .orElseThrow();

        assertThat(observe.until()).isEqualTo(Instant.parse("2026-12-10T00:00:00Z"));
        assertThat(observe.principals())
                .containsExactly(List.of(new IssuerIn(Set.of("corp")), new InGroup(Set.of("data"))));
        assertThat(observe.problem(Instant.parse("2026-11-10T00:00:00Z"))).isEmpty();
        assertThat(observe.problem(Instant.parse("2026-11-09T23:59:59Z"))).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "content: {}|/models/content|tenants",
                "content: {tenants: {äääääääääääääääääääääääääääääääääääääääääää: {issuers: [corp], public_key: k, keep_days: 1}}}|/models/content/tenants/ä|too long",
                "content: {tenants: {acme: {public_key: k, keep_days: 1}}}|/models/content/tenants/acme|whose word",
                "content: {tenants: {acme: {issuers: [corp], public_key: k}}}|/models/content/tenants/acme|keep_days",
                "content: {tenants: {acme: {issuers: [corp], keep_days: 1}}}|/models/content/tenants/acme|public_key",
                "content: {tenants: {acme: {issuers: [nobody], public_key: k, keep_days: 1}}}|/models|not configured",
                "content: {tenants: {acme: {issuers: [corp], public_key: k, keep_days: 1, aliases: [b]}}}|/models/content/tenants/acme/aliases|no model",
                "content: {tenants: {acme: {issuers: [corp], public_key: k, keep_days: 1, aliases: []}}}|/models/content/tenants/acme/aliases|names nothing",
                "content: {tenants: {acme: {issuers: [corp], public_key: k, keep_days: 1, secret: k}}}|/models/content/tenants/acme/secret|",
                "content: {memory_bytes: 1048576, tenants: {acme: {issuers: [corp], public_key: k, keep_days: 1, record_bytes: 2097152}}}|/models/content/memory_bytes|larger",
                "observe: {}|/models/observe|until",
                "observe: {until: soon}|/models/observe/until|no date",
                "observe: {until: 2026-12-10, aliases: [b]}|/models/observe/aliases|no model",
                "observe: {until: 2026-12-10, aliases: []}|/models/observe/aliases|names nothing",
                "observe: {until: 2026-12-10, principals: []}|/models/observe/principals|1 to 100",
                "observe: {until: 2026-12-10, principals: [{groups: [g]}]}|/models/observe/principals/0|whose callers",
                "observe: {until: 2026-12-10, principals: [{issuer: x}]}|/models|not configured",
                "observe: {until: 2026-12-10, tools: true}|/models/observe/tools|"
            })
    void whatIsWrongIsToldWithItsPlace(String section, String pointer, String says) {
        assertThat(read(section))
                .isInstanceOfSatisfying(
                        Loaded.Bad.class,
                        bad -> assertThat(bad.problems()).anySatisfy(problem -> {
                            assertThat(problem.pointer()).startsWith(pointer);
                            assertThat(problem.message() + problem.hint()).contains(says == null ? "" : says);
                        }));
    }
}
