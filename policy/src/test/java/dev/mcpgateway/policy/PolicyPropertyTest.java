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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
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

    private static String decide(Policy policy, Subject subject, String tool) {
        return switch (policy.decide(Calls.call(subject, tool))) {
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
                String tool = draw.tool();

                assertThat(decide(policy, subject, tool))
                        .as(RandomPolicy.yaml(rules) + subject + tool)
                        .isEqualTo(ReferenceEvaluator.decide(rules, subject, tool, Calls.NOW));
                seen.merge(
                        policy.explain(subject, Calls.tool(tool), null, Calls.NOW)
                                .verdict(),
                        1,
                        Integer::sum);
            }
        }
        assertThat(seen)
                .as("every verdict is met often")
                .hasSize(5)
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
                String tool = draw.tool();

                assertThat(decide(policy, subject, tool))
                        .as(RandomPolicy.yaml(rules) + subject + tool)
                        .isEqualTo(ReferenceEvaluator.decide(rules, subject, tool, Calls.NOW));
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
                String tool = draw.tool();

                assertThat(decide(two, subject, tool))
                        .as(RandomPolicy.yaml(rules))
                        .isEqualTo(decide(one, subject, tool));
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

                assertThat(callable(before, subject))
                        .as(RandomPolicy.yaml(rules))
                        .containsAll(callable(after, subject));
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

                assertThat(callable(after, subject))
                        .as(RandomPolicy.yaml(rules))
                        .containsAll(callable(before, subject));
                for (String tool : callable(before, subject)) {
                    assertThat(calls(after, subject, tool)).isGreaterThanOrEqualTo(calls(before, subject, tool));
                }
            }
        }
    }

    @Test
    void whatIsListedIsExactlyWhatMayBeCalled() {
        for (int i = 0; i < POLICIES; i++) {
            Policy policy = RandomPolicy.policy(draw.rules());
            Subject subject = draw.subject();

            Set<String> listed = new TreeSet<>(policy.visible(subject, RandomPolicy.TOOLS, Calls::tool, Calls.NOW)
                    .tools());

            assertThat(listed).isEqualTo(callable(policy, subject));
        }
    }

    private static List<Spec> with(List<Spec> rules, Spec added) {
        List<Spec> more = new ArrayList<>(rules);
        more.add(added);
        return more;
    }

    private static Set<String> callable(Policy policy, Subject subject) {
        Set<String> callable = new TreeSet<>();
        for (String tool : RandomPolicy.TOOLS) {
            if (policy.decide(Calls.call(subject, tool)) instanceof Decision.Allow) {
                callable.add(tool);
            }
        }
        return callable;
    }

    private static long calls(Policy policy, Subject subject, String tool) {
        return ((Decision.Allow) policy.decide(Calls.call(subject, tool)))
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
