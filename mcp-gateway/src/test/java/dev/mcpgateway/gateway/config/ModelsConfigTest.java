package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.yaml.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code models:} may say. */
class ModelsConfigTest {
    private static final String LEAST = """
            version: 1
            issuers: {corp: {issuer: "https://id.example/", jwks: {file: k.json}}}
            policy: {files: [policy.yaml]}
            """;

    private static Loaded read(String models) {
        return ConfigFile.read(
                "gateway.yaml",
                (LEAST + "models: " + models + "\n").getBytes(StandardCharsets.UTF_8),
                Path.of("/etc/gateway"));
    }

    private static Models models(String yaml) {
        return switch (read(yaml)) {
            case Loaded.Good(GatewayConfig config) -> config.models().orElseThrow();
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    private static List<Problem> problems(String yaml) {
        return switch (read(yaml)) {
            case Loaded.Good _ -> List.of();
            case Loaded.Bad(List<Problem> problems) -> problems;
        };
    }

    private static String provider(String more) {
        return "{providers: {p: {" + more + "}}, aliases: {a: {targets: [{provider: p, model: m}]}}}";
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        Models models = models(provider("kind: anthropic, credential: {static: {secret: {env: KEY}}}"));

        Models.Provider provider = models.providers().get("p");
        assertThat(models.audience()).isNull();
        assertThat(models.requestBytes()).isEqualTo(16 * 1024 * 1024);
        assertThat(provider.kind()).isEqualTo(ProviderKind.ANTHROPIC);
        assertThat(provider.baseUrl()).hasToString("https://api.anthropic.com/v1");
        assertThat(provider.credential()).isInstanceOfSatisfying(Credential.StaticHeader.class, header -> {
            assertThat(header.header()).isEqualTo("x-api-key");
            assertThat(header.prefix()).isEmpty();
        });
        assertThat(provider.totalTimeout()).hasMinutes(10);
        assertThat(models.aliases().get("a").targets()).containsExactly(new Models.Target("p", "m"));
    }

    @Test
    void nothingIsKeptUnlessAModelIsNamed() {
        String plain =
                "providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: p, model: m}]}}";

        assertThat(models("{" + plain + "}").caches().exact().aliases()).isEmpty();
        assertThat(models("{" + plain + ", cache: {}}").caches().exact().aliases())
                .isEmpty();
        assertThat(models("{" + plain + ", cache: {exact: {aliases: {a: {}}}}}").caches())
                .isEqualTo(new ModelCaches(
                        "tenant",
                        new ModelCaches.Exact(
                                Map.of(
                                        "a",
                                        new ModelCaches.Kept(
                                                ModelCaches.Share.CALLER, Duration.ofMinutes(10), false, false)),
                                64 << 20,
                                10_000,
                                1 << 20,
                                Duration.ofSeconds(10))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {exact: {}} | /models/cache/exact | no model's answers are kept
            {exact: {aliases: {b: {}}}} | /models/cache/exact/aliases/b | no model has the alias 'b'
            {exact: {aliases: {a: {share: all}}}} | /models/cache/exact/aliases/a/share | all
            {exact: {aliases: {a: {}}, entry_bytes: 1}} | /models/cache/exact/entry_bytes | 1024 to
            {tenant_claim: "", exact: {aliases: {a: {}}}} | /models/cache/tenant_claim | 1 to 128 characters
            {fuzzy: {}} | /models/cache/fuzzy | unknown key 'fuzzy'
            """, quoteCharacter = '~')
    void whatIsWrongWithACacheIsToldAtItsKey(String cache, String pointer, String says) {
        String yaml = provider("kind: openai, credential: none").replaceFirst("}$", ", cache: " + cache + "}");

        assertThat(problems(yaml)).anySatisfy(problem -> {
            assertThat(problem.pointer()).startsWith(pointer);
            assertThat(problem.message()).contains(says);
        });
    }

    @Test
    void openAisKeyIsABearerUnlessAnotherHeaderIsNamed() {
        Models plain = models(provider("kind: openai, credential: {static: {secret: {env: KEY}}}"));
        Models other = models(provider("kind: openai_compatible, base_url: \"https://a.example/openai/v1\","
                + " credential: {static: {header: api-key, secret: {env: KEY}}}"));

        assertThat(plain.providers().get("p").credential())
                .isInstanceOfSatisfying(
                        Credential.StaticHeader.class,
                        header -> assertThat(header.prefix()).isEqualTo("Bearer "));
        assertThat(other.providers().get("p").credential())
                .isInstanceOfSatisfying(
                        Credential.StaticHeader.class,
                        header -> assertThat(header.prefix()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {providers: {}, aliases: {}} | no model has an alias
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: q, model: m}]}}} | no provider is called 'q'
            {providers: {p: {kind: openai, credential: none}, q: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: q, model: m}]}}} | no alias leads to provider 'p'
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: p, model: m}, {provider: p, model: n}]}}} | exactly one entry
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: []}}} | exactly one entry
            {providers: {p: {kind: openai, credential: none}}, aliases: {a/b: {targets: [{provider: p, model: m}]}}} | is no alias of a model
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: p, model: m, weight: 1}]}}} | unknown key 'weight'
            """, quoteCharacter = '~')
    void whatCannotBeIsAProblem(String yaml, String says) {
        assertThat(problems(yaml))
                .anySatisfy(problem -> assertThat(problem.message()).contains(says));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind: openai | credential | must be written out
            kind: openai, credential: passthrough | credential | passthrough
            kind: openai, credential: static | credential | more than its name
            kind: openai, credential: {static: {secret: sk-1}} | credential | by reference
            kind: openai, credential: {static: {header: Host, secret: {env: K}}} | credential | header name
            kind: openai_compatible, credential: none | base_url | missing
            kind: gemini, credential: none | kind | gemini
            kind: openai, credential: none, base_url: "http://a.example/v1" | base_url | plain HTTP beyond loopback
            kind: openai, credential: none, total_timeout_ms: 1 | total_timeout_ms | 10 to
            kind: openai, credential: none, retries: 2 | retries | unknown key
            """, quoteCharacter = '~')
    void whatIsWrongWithAProviderIsToldAtItsKey(String yaml, String key, String says) {
        assertThat(problems(provider(yaml))).anySatisfy(problem -> {
            assertThat(problem.pointer()).contains("/models/providers/p");
            assertThat(problem.pointer() + problem.message()).contains(key);
            assertThat(problem.message()).contains(says);
        });
    }

    @Test
    void aViewIsNotCalledLikeTheModelsOfKeys() {
        String yaml = provider("kind: openai, credential: none") + "\nviews: {models: {path: /mcp, upstreams: []}}";

        assertThat(problems(yaml))
                .anySatisfy(problem -> assertThat(problem.message()).contains("as virtual keys call the models"));
    }
}
