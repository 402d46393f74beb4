package dev.mcpgateway.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.config.ConfigFile.Loaded;
import dev.mcpgateway.gateway.model.money.Budget;
import dev.mcpgateway.policy.yaml.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code models.judge} may say. */
class JudgeConfigTest {
    private static final String PLAIN =
            "prices: {file: p.yaml}\n  judge: {alias: j, daily_usd: \"2.5\", aliases: {a: {percent: 5}}}";

    private static Loaded read(String more) {
        return read("corp", more);
    }

    private static Loaded read(String issuer, String more) {
        String yaml = """
                version: 1
                issuers: {%s: {issuer: "https://id.example/", jwks: {file: k.json}}}
                policy: {files: [policy.yaml]}
                models:
                  providers: {p: {kind: openai, credential: none}}
                  aliases:
                    a: {targets: [{provider: p, model: m}]}
                    j: {targets: [{provider: p, model: judge}]}
                    own: {targets: [{provider: p, model: m}, {provider: p, model: judge}]}
                    led: {targets: [{provider: p, model: m}], rules: [{when: {stream: true}, alias: j}]}
                  %s
                """.formatted(issuer, more);
        return ConfigFile.read("gateway.yaml", yaml.getBytes(StandardCharsets.UTF_8), Path.of("/etc/gateway"));
    }

    private static GatewayConfig good(Loaded loaded) {
        return switch (loaded) {
            case Loaded.Good(GatewayConfig config) -> config;
            case Loaded.Bad(List<Problem> problems) -> throw new AssertionError(problems);
        };
    }

    @Test
    void withoutTheSectionNobodyJudges() {
        GatewayConfig config = good(read(""));

        assertThat(config.models().orElseThrow().judge()).isEmpty();
        assertThat(config.issuerAliases()).containsExactly("corp");
    }

    @Test
    void theJudgeHasAPrincipalAndABudgetOfItsOwn() {
        GatewayConfig config = good(read(PLAIN));
        Models models = config.models().orElseThrow();
        JudgeSettings judge = models.judge().orElseThrow();

        assertThat(judge.alias()).isEqualTo("j");
        assertThat(judge.queue()).isEqualTo(128);
        assertThat(judge.concurrent()).isEqualTo(2);
        assertThat(judge.materialBytes()).isEqualTo(65_536);
        assertThat(judge.explanations()).isFalse();
        assertThat(judge.shadow()).isEmpty();
        assertThat(config.issuerAliases()).contains("gateway");
        Budget budget = models.money().orElseThrow().budgets().getFirst();
        assertThat(budget.name()).isEqualTo("judge");
        assertThat(budget.isEnforced()).isTrue();
        assertThat(budget.limits().nanoUsd()).isEqualTo(OptionalLong.of(2_500_000_000L));
        assertThat(budget.match().issuers()).isEqualTo(Set.of("gateway"));
        assertThat(budget.match().subjects()).isEqualTo(Set.of("judge"));
    }

    @Test
    void eachTierHasAShareOfItsOwn() {
        JudgeSettings.Share share = good(read(PLAIN.replace("percent: 5", "percent: 5, tiers: [70]")))
                .models()
                .flatMap(Models::judge)
                .orElseThrow()
                .aliases()
                .get("a");

        assertThat(share).isEqualTo(new JudgeSettings.Share(5, List.of(70)));
        assertThat(share.of(0)).isEqualTo(70);
        assertThat(share.of(1)).isEqualTo(5);
        assertThat(share.of(-1)).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            alias: j,                     | alias: gone,                    | no model has the alias 'gone'
            alias: j,                     | ~~                              | alias
            aliases: {a: {percent: 5}}    | aliases: {gone: {percent: 5}}   | no model has the alias 'gone'
            aliases: {a: {percent: 5}}    | aliases: {j: {percent: 5}}      | a model does not judge its own alias
            aliases: {a: {percent: 5}}    | aliases: {}                     | no model's answers are judged
            aliases: {a: {percent: 5}}    | aliases: {a: {}}                | how many answers are judged is not said
            percent: 5                    | percent: 101                    | 100
            percent: 5                    | tiers: [1, 2]                   | 'a' has 1 tiers only
            percent: 5                    | percent: 5, x: 1                | x
            daily_usd: "2.5"              | queue: 5                        | daily_usd
            "2.5"                         | "many"                          | 'many' is no sum
            daily_usd: "2.5"              | daily_usd: "1", shadow: {}      | daily_usd
            daily_usd: "2.5"              | daily_usd: "1", queue: 0        | queue
            daily_usd: "2.5"              | daily_usd: "1", other: 0        | other
            prices: {file: p.yaml}        | ~~                              | it needs prices
            aliases: {a: {percent: 5}}    | aliases: {own: {percent: 5}}    | judge of p answers 'own' and would judge its own answers
            aliases: {a: {percent: 5}}    | aliases: {led: {percent: 5}}    | judge of p answers 'led' and would judge its own answers
            prices: {file: p.yaml}        | budgets                         | 'judge' is what
            """)
    void whatCannotBeMeantIsRefused(String part, String instead, String says) {
        assertThat(PLAIN).contains(part);
        String changed = instead.contains("budgets")
                ? PLAIN.replace(
                        part, part + "\n  budgets: [{name: judge, per: organisation, period: day, limit_requests: 1}]")
                : PLAIN.replace(part, instead);
        Loaded loaded = read(changed);

        assertThat(loaded).isInstanceOf(Loaded.Bad.class);
        assertThat(((Loaded.Bad) loaded).problems())
                .anySatisfy(problem -> assertThat(problem.render()).contains(says));
    }

    @Test
    void theDoctorHasAPrincipalAndABudgetOfItsOwnToo() {
        GatewayConfig config = good(read("prices: {file: p.yaml}\n  doctor: {daily_usd: \"0.5\"}"));

        assertThat(config.issuerAliases()).contains("gateway");
        assertThat(config.models().orElseThrow().money().orElseThrow().budgets())
                .singleElement()
                .satisfies(budget -> {
                    assertThat(budget.name()).isEqualTo("doctor");
                    assertThat(budget.isEnforced()).isTrue();
                    assertThat(budget.limits().nanoUsd()).isEqualTo(OptionalLong.of(500_000_000L));
                    assertThat(budget.match().issuers()).isEqualTo(Set.of("gateway"));
                    assertThat(budget.match().subjects()).isEqualTo(Set.of("doctor"));
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            doctor: {daily_usd: "1"}                                | what the doctor spends is limited, so it needs prices
            prices: {file: p.yaml}, doctor: {}                      | daily_usd
            prices: {file: p.yaml}, doctor: {daily_usd: "much"}     | 'much' is no sum
            prices: {file: p.yaml}, doctor: {daily_usd: "1", x: 1}  | x
            prices: {file: p.yaml}, doctor: {daily_usd: "1"}, budgets: [{name: doctor, per: user, period: day, limit_usd: "1"}] | 'doctor' is what the doctor's own budget
            """)
    void aDoctorThatCannotBeMeantIsRefused(String section, String says) {
        Loaded loaded = read(section.replace("}, ", "}\n  "));

        assertThat(loaded).isInstanceOf(Loaded.Bad.class);
        assertThat(((Loaded.Bad) loaded).problems())
                .anySatisfy(problem -> assertThat(problem.render()).contains(says));
    }

    @Test
    void nobodyElseIsCalledWhatTheGatewayCallsItself() {
        assertThat(read("gateway", PLAIN)).isInstanceOf(Loaded.Bad.class);
        assertThat(read("gateway", "prices: {file: p.yaml}"))
                .as("budgets for everybody would leave it out")
                .isInstanceOf(Loaded.Bad.class);
        assertThat(good(read("gateway", "")).issuerAliases()).containsExactly("gateway");
    }
}
