package dev.mcpgateway.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Prints what a decision costs by number of rules. Not part of the build: {@code mvn -pl policy test -Dtest=DecisionBenchmark}. */
class DecisionBenchmark {

    private static final int DECISIONS = 400_000;
    private static final int ROUNDS = 7;

    @Test
    void decisions() {
        Map<String, IntFunction<Rule>> shapes = Map.of(
                "one permit per tool, 20 tools per upstream", DecisionBenchmark::perTool,
                "one permit per team, all on the same tool", DecisionBenchmark::perTeam,
                "one pattern per upstream and team", DecisionBenchmark::patterns);
        shapes.forEach((name, shape) -> {
            for (int rules : new int[] {10, 100, 1_000, 10_000}) {
                System.out.printf(
                        Locale.ROOT, "%-45s %6d rules: %5.0f ns%n", name, rules, nanosPerDecision(shape, rules));
            }
        });
    }

    private static Rule perTool(int i) {
        return rule(i, "readers", "u" + i / 20 + "__tool_" + i % 20);
    }

    private static Rule perTeam(int i) {
        return rule(i, "team" + i, "u0__tool_0");
    }

    private static Rule patterns(int i) {
        return rule(i, "team" + i % 7, "u" + i / 7 + "__tool_*");
    }

    private static Rule rule(int i, String group, String resource) {
        return Calls.rule(
                "r" + i,
                Effect.PERMIT,
                List.of(new CallerCondition.IssuerIn(Set.of("corp")), new CallerCondition.InGroup(Set.of(group))),
                new TreeSet<>(Set.of("mcp:read")),
                resource);
    }

    private static double nanosPerDecision(IntFunction<Rule> shape, int count) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rules.add(shape.apply(i));
        }
        rules.add(Calls.rule(
                "never", Effect.FORBID, List.of(new CallerCondition.SubjectIn(Set.of("eve"))), new TreeSet<>(), "*"));
        Policy policy = Policy.of(new PolicyRules(rules, List.of(), "benchmark"));
        List<CallFacts> calls = new ArrayList<>();
        Subject ann =
                Calls.subject("ann", Set.of("readers", "team1", "team5", "team3"), Set.of("mcp:read", "mcp:write"));
        for (int i = 0; i < 64; i++) {
            calls.add(Calls.call(ann, "u" + i % 3 + "__tool_" + i % 20));
        }
        double best = Double.MAX_VALUE;
        int allowed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < DECISIONS; i++) {
                allowed += policy.decide(calls.get(i & 63)) instanceof Decision.Allow ? 1 : 0;
            }
            best = Math.min(best, (System.nanoTime() - start) / (double) DECISIONS);
        }
        if (allowed == 0) {
            throw new AssertionError("nothing was allowed");
        }
        return best;
    }
}
