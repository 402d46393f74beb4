package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.connectors.model.translate.Feature;
import dev.mcpgateway.connectors.model.translate.Translation;
import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.model.money.TokenWeights;
import dev.mcpgateway.policy.yaml.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static String money(String more) {
        return "{providers: {p: {kind: anthropic, credential: none}}, aliases: {a: {targets: [{provider: p, model: m}]}}, "
                + more + "}";
    }

    @Test
    void aPlaceIsThatOfTheTargetOrElseOfItsProvider() {
        Models models = models("{providers: {p: {kind: anthropic, credential: none, residency: eu},"
                + " q: {kind: anthropic, credential: none}},"
                + " aliases: {a: {targets: [{provider: p, model: m}, {provider: p, model: n, residency: ch},"
                + " {provider: q, model: m}]}}}");

        assertThat(models.aliases().get("a").targets())
                .extracting(Models.Target::residency)
                .containsExactly("eu", "ch", "");
        assertThat(models.places()).containsExactlyInAnyOrder("eu", "ch");
        assertThat(problems("{providers: {p: {kind: anthropic, credential: none, residency: E U}},"
                        + " aliases: {a: {targets: [{provider: p, model: m}]}}}"))
                .extracting(Problem::message)
                .containsExactly("'E U' is no name of a place");
    }

    @Test
    void timesOfStreamsAreThirtySecondsUnlessWritten() {
        Models.Provider provider =
                models(money("prices: {file: p.yaml}")).providers().get("p");

        assertThat(provider.firstEventTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(provider.idleTimeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void weightsOfTokensAreEqualUnlessWritten() {
        assertThat(models(money("prices: {file: p.yaml}")).money().orElseThrow().weights())
                .isEqualTo(TokenWeights.EQUAL);
        assertThat(models(money("prices: {file: p.yaml, token_weights_percent: {cached_input: 10, reasoning: 0}}"))
                        .money()
                        .orElseThrow()
                        .weights())
                .isEqualTo(new TokenWeights(100, 10, 100, 0));
        assertThat(problems(money("prices: {file: p.yaml, token_weights_percent: {outputs: 10}}")))
                .extracting(Problem::message)
                .anyMatch(message -> message.contains("unknown key 'outputs'"));
    }

    @Test
    void budgetsAreRead() {
        MoneySettings money = models(money("prices: {file: p.yaml}, budgets: [{name: each, per: user, period: day,"
                        + " limit_usd: \"2.50\", match: {issuer: corp, models: \"a*\"}}]"))
                .money()
                .orElseThrow();

        assertThat(money.prices()).isEqualTo(Path.of("/etc/gateway/p.yaml"));
        assertThat(money.assumed()).isEqualTo(new Money.Assumed(1_000_000, 32_768, 20));
        assertThat(money.teamClaim()).isEqualTo("team");
        assertThat(money.budgets()).singleElement().satisfies(budget -> {
            assertThat(budget.limits().nanoUsd()).hasValue(2_500_000_000L);
            assertThat(budget.limits().tokens()).isEmpty();
            assertThat(budget.isEnforced()).isTrue();
            assertThat(budget.match().issuers()).containsExactly("corp");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {name: x, per: user, period: day}                                     | the budget has no limit
            {name: x, per: user, period: day, limit_usd: 5}                       | it must be text
            {name: x, per: user, period: day, limit_usd: "5,00"}                  | is no sum
            {name: x, per: user, period: day, limit_tokens: -1}                   | it must be a whole number
            {name: x, per: users, period: day, limit_tokens: 1}                   | 'users' is none of
            {name: x, per: user, period: day, limit_tokens: 1, match: {models: b}} | no model is called 'b'
            {name: x, per: user, period: day, limit_tokens: 1, match: {groups: []}} | it names nothing
            {name: x, per: user, period: day, limit_tokens: 1, match: {issuer: no}} | which is not configured
            {name: X, per: user, period: day, limit_tokens: 1}                    | is no name
            {name: x, per: user, period: day, limit_usd: }                        | 'limit_usd' has no value
            {name: x, per: user, period: day, limit_tokens: null}                 | 'limit_tokens' has no value
            """)
    void aBudgetThatWouldCountNothingOrCannotBeUnderstoodIsAProblem(String budget, String problem) {
        assertThat(problems(money("prices: {file: p.yaml}, budgets: [" + budget + "]")))
                .anySatisfy(each -> assertThat(each.message()).contains(problem));
    }

    @Test
    void theOldPlaceOfTheTenantsClaimIsRefusedWithTheNewOne() {
        assertThat(problems(money("prices: {file: p.yaml, tenant_claim: org}"))).anySatisfy(problem -> {
            assertThat(problem.pointer()).isEqualTo("/models/prices/tenant_claim");
            assertThat(problem.hint()).contains("claims: {tenant: org}");
        });
    }

    @Test
    void budgetsNeedPrices() {
        assertThat(problems(money("budgets: [{name: x, per: user, period: day, limit_tokens: 1}]")))
                .extracting(Problem::message)
                .containsExactly("budgets need prices");
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
    void theRoomForBodiesIsLargeEnoughForTheLongestRequestOfAModel() {
        String models = provider("kind: anthropic, credential: none");

        assertThat(problems(models + "\nlimits: {bodies_bytes: 16777216}")).isEmpty();
        assertThat(problems(models + "\nlimits: {bodies_bytes: 16777215}"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).isEqualTo("/limits/bodies_bytes");
                    assertThat(problem.message())
                            .isEqualTo("it must not be smaller than the largest request_bytes, 16777216");
                });
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
                        new ModelCaches.Exact(
                                Map.of(
                                        "a",
                                        new ModelCaches.Kept(
                                                ModelCaches.Share.CALLER, Duration.ofMinutes(10), false, false)),
                                64 << 20,
                                10_000,
                                1 << 20,
                                Duration.ofSeconds(10)),
                        SemanticCacheReader.NOTHING));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {exact: {}} | /models/cache/exact | no model's answers are kept
            {exact: {aliases: {b: {}}}} | /models/cache/exact/aliases/b | no model has the alias 'b'
            {exact: {aliases: {a: {share: all}}}} | /models/cache/exact/aliases/a/share | all
            {exact: {aliases: {a: {}}, entry_bytes: 1}} | /models/cache/exact/entry_bytes | 1024 to
            {tenant_claim: org, exact: {aliases: {a: {}}}} | /models/cache/tenant_claim | set once, with its issuer
            {fuzzy: {}} | /models/cache/fuzzy | unknown key 'fuzzy'
            {semantic: {}} | /models/cache/semantic | no model's answers are kept
            {semantic: {aliases: {b: {}}}} | /models/cache/semantic/aliases/b | no model has the alias 'b'
            {semantic: {aliases: {a: {tools: true}}}} | /models/cache/semantic/aliases/a/tools | unknown key 'tools'
            {semantic: {aliases: {a: {}}, similarity_percent: 79}} | /models/cache/semantic/similarity_percent | 80 to 100
            {semantic: {aliases: {a: {}}, compared: 10001}} | /models/cache/semantic/compared | 1 to 10000
            {semantic: {aliases: {a: {}}, wait_ms: 1}} | /models/cache/semantic/wait_ms | unknown key 'wait_ms'
            """, quoteCharacter = '~')
    void whatIsWrongWithACacheIsToldAtItsKey(String cache, String pointer, String says) {
        String yaml = provider("kind: openai, credential: none").replaceFirst("}$", ", cache: " + cache + "}");

        assertThat(problems(yaml)).anySatisfy(problem -> {
            assertThat(problem.pointer()).startsWith(pointer);
            assertThat(problem.message()).contains(says);
        });
    }

    @Test
    void theSemanticCacheIsReadWithItsBounds() {
        Models models = models(provider("kind: openai, credential: none")
                .replaceFirst(
                        "}$",
                        ", cache: {semantic: {aliases: {a: {share: tenant, ttl_s: 5}}, similarity_percent: 97, observe: true,"
                                + " bytes: 20000000, entries: 7, entry_bytes: 2048, compared: 9}}}"));

        assertThat(models.caches().exact().aliases()).isEmpty();
        assertThat(models.caches().semantic())
                .isEqualTo(new ModelCaches.Semantic(
                        Map.of(
                                "a",
                                new ModelCaches.Kept(ModelCaches.Share.TENANT, Duration.ofSeconds(5), false, false)),
                        0.97f,
                        true,
                        20_000_000,
                        7,
                        2048,
                        9));
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

    @Test
    void translationIsAsTheKindsOwnServiceHasItUnlessTheFileSaysOtherwise() {
        Translation usual = models(provider("kind: openai, credential: none"))
                .providers()
                .get("p")
                .translation();
        Translation written = models(
                        provider(
                                "kind: openai_compatible, base_url: \"https://a.example/v1\", include_usage: false,"
                                        + " credential: none, translation: {losses: refuse, output_tokens: 9, features: [reasoning_off]}"))
                .providers()
                .get("p")
                .translation();

        assertThat(usual.upstream()).isEqualTo(ModelApi.CHAT_COMPLETIONS);
        assertThat(usual.lossesRefused()).isFalse();
        assertThat(usual.features()).contains(Feature.RESPONSES, Feature.STREAM_USAGE, Feature.JSON_OBJECT);
        assertThat(written.features()).containsExactly(Feature.REASONING_OFF);
        assertThat(written.lossesRefused()).isTrue();
        assertThat(written.outputTokensDefault()).isEqualTo(9);
        assertThat(models(provider("kind: anthropic, credential: none"))
                        .providers()
                        .get("p")
                        .translation()
                        .features())
                .isEmpty();
        assertThat(models(provider("kind: anthropic, credential: none, translation: {features: [output_effort]}"))
                        .providers()
                        .get("p")
                        .translation()
                        .features())
                .containsExactly(Feature.OUTPUT_EFFORT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer\\r\\n", " Bearer ", "Schlüssel "})
    void aPrefixThatNoHeaderMayHaveIsToldAtItsLine(String prefix) {
        String credential = "credential: {static: {secret: {env: KEY}, prefix: \"" + prefix + "\"}}";

        assertThat(problems(provider("kind: openai, " + credential)))
                .singleElement()
                .satisfies(problem -> isOfPrefix(problem, "/models/providers/p/credential/static/prefix"));
        assertThat(problems(provider("kind: openai, credential: none") + "\nupstreams: {crm: {transport: sse,"
                        + " url: \"https://crm.example/sse\", " + credential + "}}"))
                .singleElement()
                .satisfies(problem -> isOfPrefix(problem, "/upstreams/crm/credential/static/prefix"));
    }

    private static void isOfPrefix(Problem problem, String pointer) {
        assertThat(problem.pointer()).isEqualTo(pointer);
        assertThat(problem.line()).isGreaterThan(3);
        assertThat(problem.message()).contains("a character that no header may have");
    }

    @ParameterizedTest
    @CsvSource({"gemini,x-goog-api-key", "azure_openai,api-key"})
    void eachKindHasItsOwnHeaderForKeys(String kind, String header) {
        Models models = models(provider(
                "kind: " + kind + ", base_url: \"https://a.example/v1\", credential: {static: {secret: {env: KEY}}}"));

        assertThat(models.providers().get("p").credential())
                .isInstanceOfSatisfying(Credential.StaticHeader.class, written -> {
                    assertThat(written.header()).isEqualTo(header);
                    assertThat(written.prefix()).isEmpty();
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {providers: {}, aliases: {}} | no model has an alias
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: q, model: m}]}}} | no provider is called 'q'
            {providers: {p: {kind: openai, credential: none}, q: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: q, model: m}]}}} | no alias leads to provider 'p'
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: []}}} | 1 to 32 targets
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {}}} | 1 to 32 targets
            {providers: {p: {kind: openai, credential: none}}, aliases: {a/b: {targets: [{provider: p, model: m}]}}} | is no alias of a model
            {providers: {p: {kind: openai, credential: none}}, aliases: {a: {targets: [{provider: p, model: m, share: 1}]}}} | unknown key 'share'
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
            kind: cohere, credential: none | kind | cohere
            kind: azure_openai, credential: none | base_url | missing
            kind: openai, credential: none, api_version: 2024-10-21 | api_version | only azure_openai
            kind: azure_openai, base_url: "https://a.example", credential: none, api_version: "a b" | api_version | 2024-10-21
            kind: gemini, credential: none, translation: {features: [json_object]} | features | thinking_level
            kind: gemini, credential: none, translation: {losses: ignore} | losses | refuse
            kind: gemini, credential: none, translation: {output_tokens: 0} | output_tokens | 1 to
            kind: gemini, credential: none, translation: {model: x} | model | unknown key
            kind: openai, credential: none, base_url: "http://a.example/v1" | base_url | plain HTTP beyond loopback
            kind: openai, credential: none, total_timeout_ms: 1 | total_timeout_ms | 10 to
            kind: openai, credential: none, retries: 2 | retries | unknown key
            kind: openai, credential: none, api: converse | api | only bedrock
            kind: openai, credential: none, base_url: | base_url | has no value
            kind: openai, credential: none, translation: {features: } | features | has no value
            kind: openai, credential: none, base_url: "http://ollama_server:11434/v1" | base_url | http:// or https://
            kind: openai, credential: none, allow_networks: [llm.internal] | allow_networks | not an address or network
            kind: openai, credential: none, allow_networks: [10.0.0.0/33] | allow_networks | prefix length
            kind: openai, credential: none, allow_networks: [10.1.2.3/8] | allow_networks | bits set behind the prefix
            kind: azure_openai, base_url: "https://a.example/openai/v1", credential: none, api_version: 2024-10-21 | base_url | adds /openai/deployments
            kind: gemini, credential: none, translation: {features: [cache_points]} | features | thinking_level
            """, quoteCharacter = '~')
    void whatIsWrongWithAProviderIsToldAtItsKey(String yaml, String key, String says) {
        assertThat(problems(provider(yaml))).anySatisfy(problem -> {
            assertThat(problem.pointer()).contains("/models/providers/p");
            assertThat(problem.pointer() + problem.message()).contains(key);
            assertThat(problem.message()).contains(says);
        });
    }

    private static String alias(String entry) {
        return "{providers: {p: {kind: openai, credential: none}}, aliases: {a: {" + entry
                + "}, b: {targets: [{provider: p," + " model: n}]}}}";
    }

    @Test
    void eachTargetOfTheShortFormIsATierUnlessItHasAWeight() {
        Models.Alias alias = models(alias("targets: [{provider: p, model: x}, {provider: p, model: y, weight: 70},"
                        + " {provider: p, model: z, weight: 30}, {provider: p, model: last}]"))
                .aliases()
                .get("a");

        assertThat(alias.strategy()).isEqualTo(Models.Strategy.WEIGHTED);
        assertThat(alias.tiers())
                .extracting(tier ->
                        tier.targets().stream().map(Models.Target::model).toList())
                .containsExactly(List.of("x"), List.of("y", "z"), List.of("last"));
        assertThat(alias.sticky()).isTrue();
        assertThat(models(alias("strategy: latency, targets: [{provider: p, model: x}, {provider: p, model: y}]"))
                        .aliases()
                        .get("a")
                        .tiers())
                .hasSize(1);
    }

    @Test
    void aHedgeIsOffUnlessItIsAskedForAndNotAfterTheWaitForTheFirstEvent() {
        String two = "targets: [{provider: p, model: x}, {provider: p, model: y}]";
        Models models = models(alias("hedge: {after_ms: 2000}, " + two));

        assertThat(models.aliases().get("a").hedge()).contains(Duration.ofSeconds(2));
        assertThat(models.aliases().get("b").hedge()).isEmpty();
        assertThat(problems(alias("hedge: {after_ms: 2000}, " + two)
                        .replace("credential: none", "credential: none, first_event_timeout_ms: 1999")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.pointer()).endsWith("/a/hedge/after_ms");
                    assertThat(problem.message()).contains("first_event_timeout_ms of 'p' is over");
                });
    }

    @Test
    void whatIsWrongWithAnExpressionNamesTheVariablesThatThereAre() {
        String entry = "targets: [{provider: p, model: m}], rules: [{when: {expression: \"model == 'x'\"}, alias: b}]";

        assertThat(problems(alias(entry))).singleElement().satisfies(problem -> {
            assertThat(problem.pointer()).endsWith("/a/rules/0/when/expression");
            assertThat(problem.hint()).contains("alias (text)", "input_tokens (whole number)", "tools (list of texts)");
        });
    }

    @Test
    void theCheapestIsChosenAmongAllTargetsOfTheShortForm() {
        Models.Alias alias = models("{prices: {file: prices.yaml}, "
                        + alias(
                                        "strategy: cost, targets: [{provider: p, model: x}, {provider: p, model: y, weight: 3}]")
                                .substring(1))
                .aliases()
                .get("a");

        assertThat(alias.strategy()).isEqualTo(Models.Strategy.COST);
        assertThat(alias.tiers()).hasSize(1);
    }

    @Test
    void withoutASectionNothingIsTriedAgain() {
        assertThat(models(provider("kind: openai, credential: none")).routing()).isEqualTo(Routing.PLAIN);
        assertThat(Routing.PLAIN.retries()).isFalse();
        assertThat(Routing.PLAIN.breaker()).isEmpty();
    }

    @Test
    void anEmptySectionHasTheDefaults() {
        Routing routing = models("{routing: {}, "
                        + provider("kind: openai, credential: none").substring(1))
                .routing();

        assertThat(routing.retriesMax()).isEqualTo(2);
        assertThat(routing.attemptsMax()).isEqualTo(4);
        assertThat(routing.pauseFirst()).hasMillis(250);
        assertThat(routing.pauseLongest()).hasSeconds(8);
        assertThat(routing.breaker()).contains(Routing.Breaker.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            strategy: cost, targets: [{provider: p, model: m}] | cost needs prices
            strategy: latency, targets: [{provider: p, model: m, weight: 2}] | targets have weights
            targets: [{provider: p, model: m}], tiers: [{targets: [{provider: p, model: m}]}] | there are targets, too
            tiers: [{targets: []}] | a tier has at least one target
            targets: [{provider: p, model: m, capabilities: [sing]}] | 'sing' is none of tools, vision, schema, streaming
            targets: [{provider: p, model: m, mismatch: shout}] | 'shout' is none of tell, fail
            targets: [{provider: p, model: m, context_tokens: 0}] | 1 to
            hedge: {after_ms: 99}, targets: [{provider: p, model: m}, {provider: p, model: n}] | 100 to 60000
            hedge: {}, targets: [{provider: p, model: m}, {provider: p, model: n}] | key 'after_ms' is missing
            hedge: {after_ms: 500, times: 2}, targets: [{provider: p, model: m}, {provider: p, model: n}] | unknown key 'times'
            hedge: {after_ms: 500}, targets: [{provider: p, model: m}, {provider: p, model: m, context_tokens: 9}] | no second target
            hedge: {after_ms: 500}, total_timeout_ms: 500, targets: [{provider: p, model: m}, {provider: p, model: n}] | total_timeout_ms is over by then
            targets: [{provider: p, model: m}], rules: [{alias: b}] | key 'when' is missing
            targets: [{provider: p, model: m}], rules: [{when: {}, alias: b}] | it has no condition
            targets: [{provider: p, model: m}], rules: [{when: {tenants: []}, alias: b}] | it names nothing
            targets: [{provider: p, model: m}], rules: [{when: {groups: []}, alias: b}] | it names nothing
            targets: [{provider: p, model: m}], rules: [{when: {parameters: {}}, alias: b}] | it names nothing
            targets: [{provider: p, model: m}], rules: [{when: {stream: }, alias: b}] | 'stream' has no value
            targets: [{provider: p, model: m}], rules: [{when: {stream: true}}] | an alias or to tiers
            targets: [{provider: p, model: m}], rules: [{when: {stream: true}, alias: b, tiers: [1]}] | an alias or to tiers
            targets: [{provider: p, model: m}], rules: [{when: {stream: true}, alias: a}] | no other alias is called 'a'
            targets: [{provider: p, model: m}], rules: [{when: {stream: true}, tiers: [2]}] | it must be 1
            targets: [{provider: p, model: m}], rules: [{when: {moon: full}, alias: b}] | unknown key 'moon'
            targets: [{provider: p, model: m}], rules: [{when: {parameters: {x: [1]}}, alias: b}] | only plain values
            targets: [{provider: p, model: m}], rules: [{when: {expression: true}, alias: b}] | it must be text, not
            targets: [{provider: p, model: m}], rules: [{when: {expression: "stream && toke > 5"}, alias: b}] | at line 1, column 11 of the expression: undeclared reference to 'toke'
            targets: [{provider: p, model: m}], rules: [{when: {expression: "tenant"}, alias: b}] | expected type 'bool'
            targets: [{provider: p, model: m}], rules: [{when: {expression: ""}, alias: b}] | 1 to 2048 characters
            """, quoteCharacter = '~')
    void whatIsWrongWithARouteIsTold(String entry, String says) {
        assertThat(problems(alias(entry)))
                .anySatisfy(problem -> assertThat(problem.message()).contains(says));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {max_retries: 9} | 0 to 5
            {breaker: on} | off or a mapping
            {hedge: true} | unknown key 'hedge'
            """, quoteCharacter = '~')
    void whatIsWrongWithRoutingIsTold(String routing, String says) {
        String yaml = "{routing: " + routing + ", "
                + provider("kind: openai, credential: none").substring(1);

        assertThat(problems(yaml))
                .anySatisfy(problem -> assertThat(problem.message()).contains(says));
    }

    private static final String AWS_KEYS = "access_key_id: {file: aws.id}, secret_access_key: {env: AWS_SECRET}";

    @Test
    void bedrocksKeysAreReferencesAndItsRegionMakesTheUrl() {
        Models.Provider lasting = models(provider(
                        "kind: bedrock, api: converse, credential: {aws: {region: us-gov-west-1, " + AWS_KEYS + "}}"))
                .providers()
                .get("p");
        Models.Provider temporary = models(provider(
                        "kind: bedrock, api: invoke_model, base_url: \"https://vpce.example/x\", credential: {aws: {region:"
                                + " eu-central-1, session_token: {file: token}, " + AWS_KEYS
                                + ", next: {access_key_id: {env: NEXT_ID}, secret_access_key: {env: NEXT}}}}"))
                .providers()
                .get("p");

        assertThat(lasting.kind()).isEqualTo(ProviderKind.BEDROCK);
        assertThat(lasting.baseUrl()).hasToString("https://bedrock-runtime.us-gov-west-1.amazonaws.com");
        assertThat(lasting.credential()).isInstanceOfSatisfying(Credential.Aws.class, keys -> {
            assertThat(keys.region()).isEqualTo("us-gov-west-1");
            assertThat(keys.first().accessKeyId().file()).hasToString("/etc/gateway/aws.id");
            assertThat(keys.first().secretAccessKey().variable()).isEqualTo("AWS_SECRET");
            assertThat(keys.first().sessionToken()).isNull();
            assertThat(keys.next()).isNull();
        });
        assertThat(temporary.baseUrl()).hasToString("https://vpce.example/x");
        assertThat(temporary.credential()).isInstanceOfSatisfying(Credential.Aws.class, keys -> {
            assertThat(keys.first().sessionToken()).isNotNull();
            assertThat(keys.next()).isNotNull().satisfies(next -> {
                assertThat(next.accessKeyId().variable()).isEqualTo("NEXT_ID");
                assertThat(next.secretAccessKey().variable()).isEqualTo("NEXT");
                assertThat(next.sessionToken()).isNull();
            });
        });
    }

    private static String bedrock(String more, String model) {
        return "{providers: {p: {kind: bedrock" + more + ", credential: {aws: {region: eu-central-1, " + AWS_KEYS
                + "}}}}, aliases: {a: {targets: [{provider: p, model: \"" + model + "\"}]}}}";
    }

    @Test
    void bedrocksModelsAreAskedAsTheirIdsSayUnlessTheFileSaysOtherwise() {
        Models.Provider byId = models(
                        bedrock(", translation: {features: [cache_points, late_system]}", "amazon.nova-x"))
                .providers()
                .get("p");
        Models.Provider converse =
                models(bedrock(", api: converse", "arn:x")).providers().get("p");

        assertThat(byId.translation("eu.anthropic.claude-x").upstream()).isEqualTo(ModelApi.MESSAGES);
        assertThat(byId.translation("eu.anthropic.claude-x").owner()).isEqualTo("anthropic");
        assertThat(byId.translation("us.amazon.nova-x").upstream()).isEqualTo(ModelApi.CONVERSE);
        assertThat(byId.translation("us.amazon.nova-x").owner()).isEqualTo("bedrock-amazon");
        assertThat(byId.translation("us.amazon.nova-x").features())
                .containsExactlyInAnyOrder(Feature.CACHE_POINTS, Feature.LATE_SYSTEM);
        assertThat(converse.translation("anthropic.claude-x").upstream()).isEqualTo(ModelApi.CONVERSE);
        assertThat(converse.translation("anthropic.claude-x").owner()).isEqualTo("anthropic");
        assertThat(converse.translation("arn:x").owner()).isEqualTo("bedrock");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m",
                "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123",
                "arn:aws:bedrock:eu-central-1:123456789012:provisioned-model/abc.123"
            })
    void aModelOfBedrocksThatDoesNotSayWhoseItIsIsAskedForInAWayThatIsWritten(String model) {
        assertThat(problems(bedrock("", model))).anySatisfy(problem -> {
            assertThat(problem.message()).contains("does not say whose model it is");
            assertThat(problem.hint()).contains("api: invoke_model");
        });
        assertThat(models(bedrock(", api: invoke_model", model))
                        .providers()
                        .get("p")
                        .translation(model))
                .extracting(Translation::upstream)
                .isEqualTo(ModelApi.MESSAGES);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind: bedrock | credential | must be written out
            kind: bedrock, credential: none | credential | is asked with keys of AWS
            kind: bedrock, credential: aws | credential | is asked with keys of AWS
            kind: bedrock, credential: {static: {secret: {env: K}}} | credential | is asked with keys of AWS
            kind: bedrock, credential: {aws: {region: eu-central-1}} | access_key_id | is missing
            kind: bedrock, credential: {aws: {region: eu-central-1, access_key_id: {env: A}, secret_access_key: wJalr}} | secret_access_key | by reference
            kind: bedrock, credential: {aws: {access_key_id: {env: A}, secret_access_key: {env: B}}} | region | missing
            kind: bedrock, credential: {aws: {region: "x.evil.example/", access_key_id: {env: A}, secret_access_key: {env: B}}} | region | no region of AWS
            kind: bedrock, credential: {aws: {region: eu-central-1, profile: p, access_key_id: {env: A}, secret_access_key: {env: B}}} | profile | unknown key
            kind: bedrock, credential: {aws: {region: eu-central-1, access_key_id: {env: A}, secret_access_key: {env: B}, next: {env: C}}} | env | unknown key
            kind: bedrock, credential: {aws: {region: eu-central-1, access_key_id: {env: A}, secret_access_key: {env: B}, next: {access_key_id: {env: C}}}} | secret_access_key | is missing
            kind: bedrock, credential: {aws: {region: eu-central-1, access_key_id: {env: A}, secret_access_key: {env: B}, next: {access_key_id: {env: C}, secret_access_key: wJalr}}} | secret_access_key | by reference
            kind: bedrock, base_url: "http://a.example", credential: {aws: {region: eu-central-1, access_key_id: {env: A}, secret_access_key: {env: B}}} | base_url | plain HTTP beyond loopback
            kind: anthropic, credential: {aws: {region: eu-central-1, access_key_id: {env: A}, secret_access_key: {env: B}}} | credential | aws
            """, quoteCharacter = '~')
    void whatIsWrongWithKeysOfAwsIsToldAtItsKey(String yaml, String key, String says) {
        whatIsWrongWithAProviderIsToldAtItsKey(yaml, key, says);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind: bedrock, credential: {aws: {region: eu-central-1, role: {arn: "arn:aws:iam::1:user/x", token: {file: t}}}} | arn | ARN of a role
            kind: bedrock, credential: {aws: {region: eu-central-1, role: {arn: "arn:aws:iam::123456789012:role/x"}}} | assertion | exactly one
            kind: bedrock, credential: {aws: {region: eu-central-1, role: {arn: "arn:aws:iam::123456789012:role/x", assertion: {private_key: {file: k}}}}} | assertion | no issuer
            kind: bedrock, credential: {aws: {region: eu-central-1, role: {arn: "arn:aws:iam::123456789012:role/x", sts_url: "http://sts.example", token: {file: t}}}} | sts_url | over https
            kind: bedrock, credential: {aws: {region: eu-central-1, access_key_id: {env: A}, role: {arn: "arn:aws:iam::123456789012:role/x", token: {file: t}}}} | access_key_id | beside role
            kind: openai, credential: workload_token | credential | more than its name
            kind: openai, credential: {workload_token: {grant: password, token_url: "https://a.example", token: {file: t}}} | grant | password
            kind: openai, credential: {workload_token: {grant: jwt_bearer, token_url: "http://a.example", token: {file: t}}} | token_url | over https
            kind: openai, credential: {workload_token: {grant: jwt_bearer, token_url: "https://a.example", assertion: {private_key: {file: k}}}} | assertion | no issuer
            kind: openai, credential: {workload_token: {grant: client_credentials, token_url: "https://a.example", token: {file: t}}} | workload_token | a client's
            kind: openai, credential: {workload_token: {grant: jwt_bearer, token_url: "https://a.example", token: {file: t}, per: caller}} | per | names no workload
            kind: openai, credential: {workload_token: {grant: jwt_bearer, token_url: "https://a.example", assertion: }} | assertion | has no value
            kind: openai, credential: {workload_token: {grant: jwt_bearer, token_url: "https://a.example", token: eyJhbGciOi}} | token | by reference
            kind: openai, credential: {static: {secret: {secrets_manager: {id: a}}}} | id | no secrets_manager is configured
            """, quoteCharacter = '~')
    void whatIsWrongWithAnIssuedCredentialIsToldAtItsKey(String yaml, String key, String says) {
        whatIsWrongWithAProviderIsToldAtItsKey(yaml, key, says);
    }

    @Test
    void aViewIsNotCalledLikeTheModelsOfKeys() {
        String yaml = provider("kind: openai, credential: none") + "\nviews: {models: {path: /mcp, upstreams: []}}";

        assertThat(problems(yaml))
                .anySatisfy(problem -> assertThat(problem.message()).contains("as virtual keys call the models"));
    }
}
