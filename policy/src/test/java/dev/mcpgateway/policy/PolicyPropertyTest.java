package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.policy.ReferenceEvaluator.Spec;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.rules.PolicyParse;
import dev.mcpgateway.policy.rules.PolicyParser;
import dev.mcpgateway.policy.rules.PolicySource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Laws of the semantics on random policies and requests. A failure is repeated with {@code -Dpolicy.seed=N}. */
class PolicyPropertyTest {

    private static final int POLICIES = 4_000;
    private static final int REQUESTS = 25;

    private RandomGenerator random = RandomGenerator.getDefault();
    private RandomPolicy draw = new RandomPolicy(random);

    @BeforeEach
    void seed(TestInfo test) {
        long seed = Long.getLong("policy.seed", RandomGenerator.getDefault().nextLong());
        System.out.println("PolicyPropertyTest." + test.getDisplayName() + " seed " + seed);
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        draw = new RandomPolicy(random);
    }

    private static String decide(Policy policy, Subject subject, FeatureName feature) {
        return switch (policy.decide(Calls.use(subject, feature))) {
            case Decision.Allow(Permit permit) ->
                "permit by " + permit.ruleIds().getFirst() + " "
                        + permit.ruleIds().subList(1, permit.ruleIds().size()) + " "
                        + (permit.limits().callsPerMinute().isPresent()
                                ? permit.limits().callsPerMinute().getAsInt()
                                : null)
                        + "/"
                        + (permit.limits().resultBytesMax().isPresent()
                                ? permit.limits().resultBytesMax().getAsLong()
                                : null);
            case Decision.Deny(String reason, String rule) -> rule == null ? reason : reason + " by " + rule;
            case Decision.NeedsScope(var scopes) -> "needs " + scopes;
        };
    }

    @Test
    void theIndexedEvaluatorDecidesLikeTheNaiveOne() {
        Map<Explanation.Verdict, Integer> seen = new EnumMap<>(Explanation.Verdict.class);
        for (int i = 0; i < POLICIES; i++) {
            List<Spec> rules = draw.rules();
            Policy policy = RandomPolicy.policy(rules);
            for (int j = 0; j < REQUESTS; j++) {
                Subject subject = draw.subject();
                FeatureName feature = draw.feature();

                assertThat(decide(policy, subject, feature))
                        .as(RandomPolicy.yaml(rules) + subject + feature.kind() + feature)
                        .isEqualTo(ReferenceEvaluator.decide(rules, subject, feature, Calls.NOW));
                seen.merge(policy.explain(subject, feature, null, Calls.NOW).verdict(), 1, Integer::sum);
            }
        }
        assertThat(seen)
                .as("every verdict is met often")
                .hasSize(6)
                .allSatisfy((verdict, n) -> assertThat(n).isGreaterThan(100));
    }

    @Test
    void theFileMeansWhatItsRulesMean() {
        for (int i = 0; i < 400; i++) {
            List<Spec> rules =
                    draw.rules().stream().filter(RandomPolicy::isWritable).toList();
            Policy policy = parse(RandomPolicy.yaml(rules));
            for (int j = 0; j < REQUESTS; j++) {
                Subject subject = draw.subject();
                FeatureName feature = draw.feature();

                assertThat(decide(policy, subject, feature))
                        .as(RandomPolicy.yaml(rules) + subject + feature.kind() + feature)
                        .isEqualTo(ReferenceEvaluator.decide(rules, subject, feature, Calls.NOW));
            }
        }
    }

    @Test
    void orderAndSplitOfTheFilesDoNotMatter() {
        for (int i = 0; i < 200; i++) {
            List<Spec> rules =
                    draw.rules().stream().filter(RandomPolicy::isWritable).toList();
            List<Spec> shuffled = new ArrayList<>(rules);
            Collections.shuffle(shuffled, Random.from(random));
            int cut = random.nextInt(shuffled.size() + 1);
            Policy one = parse(RandomPolicy.yaml(rules));
            Policy two = parse(
                    RandomPolicy.yaml(shuffled.subList(0, cut)),
                    RandomPolicy.yaml(shuffled.subList(cut, shuffled.size())));
            for (int j = 0; j < REQUESTS; j++) {
                Subject subject = draw.subject();
                FeatureName feature = draw.feature();

                assertThat(decide(two, subject, feature))
                        .as(RandomPolicy.yaml(rules))
                        .isEqualTo(decide(one, subject, feature));
            }
        }
    }

    @Test
    void addingAForbidNeverWidens() {
        for (int i = 0; i < POLICIES; i++) {
            List<Spec> rules = draw.rules();
            Policy before = RandomPolicy.policy(rules);
            Policy after = RandomPolicy.policy(with(rules, draw.rule("added", false)));
            for (int j = 0; j < 10; j++) {
                Subject subject = draw.subject();

                assertThat(usable(before, subject)).as(RandomPolicy.yaml(rules)).containsAll(usable(after, subject));
            }
        }
    }

    @Test
    void addingAPermitNeverNarrows() {
        for (int i = 0; i < POLICIES; i++) {
            List<Spec> rules = draw.rules();
            Policy before = RandomPolicy.policy(rules);
            Policy after = RandomPolicy.policy(with(rules, draw.rule("added", true)));
            for (int j = 0; j < 10; j++) {
                Subject subject = draw.subject();

                assertThat(usable(after, subject)).as(RandomPolicy.yaml(rules)).containsAll(usable(before, subject));
                for (FeatureName feature : usable(before, subject)) {
                    assertThat(calls(after, subject, feature)).isGreaterThanOrEqualTo(calls(before, subject, feature));
                }
            }
        }
    }

    @Test
    void whatIsListedIsExactlyWhatMayBeUsed() {
        for (int i = 0; i < POLICIES; i++) {
            Policy policy = RandomPolicy.policy(draw.rules());
            Subject subject = draw.subject();

            Set<FeatureName> listed =
                    Set.copyOf(policy.visible(subject, RandomPolicy.FEATURES, Function.identity(), Calls.NOW)
                            .items());

            assertThat(listed).isEqualTo(usable(policy, subject));
        }
    }

    @Test
    void aRuleSaysNothingAboutAnActionItDoesNotName() {
        int denied = 0;
        for (int i = 0; i < POLICIES; i++) {
            List<Spec> rules = draw.rules();
            FeatureName feature = draw.feature();
            List<Spec> others = rules.stream()
                    .filter(rule -> !rule.actions().contains(feature.kind().action()))
                    .toList();
            Subject subject = draw.subject();

            Explanation all = RandomPolicy.policy(rules).explain(subject, feature, null, Calls.NOW);
            Policy withoutThem = RandomPolicy.policy(
                    rules.stream().filter(rule -> !others.contains(rule)).toList());
            Explanation explanation = RandomPolicy.policy(others).explain(subject, feature, null, Calls.NOW);

            assertThat(explanation.verdict()).isEqualTo(Explanation.Verdict.NO_PERMIT);
            assertThat(explanation.rules()).isEmpty();
            assertThat(decide(RandomPolicy.policy(others), subject, feature)).isEqualTo("no_permit");
            assertThat(RandomPolicy.policy(others).visibility(subject, feature, Calls.NOW))
                    .isEqualTo(new Visibility.Hidden());
            assertThat(withoutThem.explain(subject, feature, null, Calls.NOW))
                    .returns(all.verdict(), Explanation::verdict)
                    .returns(all.rules(), Explanation::rules);
            denied += others.isEmpty() ? 0 : 1;
        }
        assertThat(denied).isGreaterThan(POLICIES / 4);
    }

    @Test
    void anExplanationHasAnApplyingRuleExactlyWhenOneDecides() {
        for (int i = 0; i < POLICIES; i++) {
            List<Spec> rules = draw.rules();
            Policy policy = RandomPolicy.policy(rules);
            Subject subject = draw.subject();
            FeatureName feature = draw.feature();

            Explanation explanation = policy.explain(subject, feature, null, Calls.NOW);

            List<Effect> applying = explanation.rules().stream()
                    .filter(RuleTrace::applies)
                    .map(RuleTrace::effect)
                    .toList();
            assertThat(explanation.verdict() == Explanation.Verdict.PERMIT)
                    .as(RandomPolicy.yaml(rules) + subject + feature.kind() + feature)
                    .isEqualTo(applying.contains(Effect.PERMIT)
                            && !applying.contains(Effect.FORBID)
                            && explanation.verdict() != Explanation.Verdict.POLICY_ERROR);
        }
    }

    private static List<Spec> with(List<Spec> rules, Spec added) {
        List<Spec> more = new ArrayList<>(rules);
        more.add(added);
        return more;
    }

    private static Set<FeatureName> usable(Policy policy, Subject subject) {
        Set<FeatureName> usable = new HashSet<>();
        for (FeatureName feature : RandomPolicy.FEATURES) {
            if (policy.decide(Calls.use(subject, feature)) instanceof Decision.Allow) {
                usable.add(feature);
            }
        }
        return usable;
    }

    private static long calls(Policy policy, Subject subject, FeatureName feature) {
        return ((Decision.Allow) policy.decide(Calls.use(subject, feature)))
                .permit()
                .limits()
                .callsOrNoLimit();
    }

    private static Policy parse(String... files) {
        List<PolicySource> sources = new ArrayList<>();
        for (String file : files) {
            sources.add(new PolicySource("p" + sources.size() + ".yaml", file.getBytes(StandardCharsets.UTF_8)));
        }
        return switch (PolicyParser.parse(sources, KnownNames.none())) {
            case PolicyParse.Parsed(Policy policy, var _) -> policy;
            case PolicyParse.Rejected(var problems) ->
                throw new AssertionError(problems + "\n" + String.join("\n", files));
        };
    }
}
