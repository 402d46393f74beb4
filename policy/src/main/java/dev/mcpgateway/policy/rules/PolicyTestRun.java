package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.CallFacts;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.Explanation;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.PolicyRules;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.RuleTrace;
import dev.mcpgateway.policy.Validity;
import dev.mcpgateway.policy.Visibility;
import dev.mcpgateway.policy.arguments.ArgumentCheck;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.arguments.PromptArgumentCheck;
import dev.mcpgateway.policy.arguments.SchemaAdmission;
import dev.mcpgateway.policy.arguments.SchemaBounds;
import dev.mcpgateway.policy.yaml.Problems;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;

/** Runs the test cases of a policy against the policy itself. */
final class PolicyTestRun {

    private final Policy policy;
    private final Policy timeless;
    private final Problems problems;

    private PolicyTestRun(PolicyRules rules, Problems problems) {
        this.policy = Policy.of(rules);
        this.timeless = Policy.of(new PolicyRules(
                rules.rules().stream().map(PolicyTestRun::alwaysValid).toList(),
                rules.entries(),
                rules.models(),
                rules.hash()));
        this.problems = problems;
    }

    /** Adds a problem for each test whose outcome is another than expected. */
    static void run(PolicyRules rules, List<WrittenTest> tests, Problems problems) {
        if (!tests.isEmpty()) {
            PolicyTestRun run = new PolicyTestRun(rules, problems);
            tests.forEach(run::run);
        }
    }

    private static Rule alwaysValid(Rule rule) {
        return new Rule(
                rule.id(),
                rule.effect(),
                rule.callers(),
                rule.actions(),
                rule.resources(),
                rule.requiredScopes(),
                Validity.ALWAYS,
                rule.limits());
    }

    private void run(WrittenTest test) {
        Policy tested = test.at().isPresent() ? policy : timeless;
        Instant now = test.at().orElse(Instant.EPOCH);
        switch (check(test)) {
            case ArgumentVerdict.Valid(CheckedArguments arguments) ->
                compare(test, tested, new CallFacts(test.subject(), test.feature(), arguments, now));
            case ArgumentVerdict.TooLarge _ ->
                problems.add(test.position(), "the test's args exceed the limits of arguments", "");
            case ArgumentVerdict.Invalid(String pointer, String message) ->
                problems.add(test.position(), "the test's args" + pointer + " " + message, "");
        }
    }

    private void compare(WrittenTest test, Policy tested, CallFacts facts) {
        Explanation explanation = tested.explain(test.subject(), test.feature(), facts.arguments(), facts.now());
        if (!isExpected(test.expected(), tested.decide(facts), explanation.visibility())) {
            problems.add(
                    test.position(),
                    "the test expects " + name(test.expected()) + ", but the policy says " + said(explanation),
                    why(explanation));
        } else if (test.rule().isPresent() && !test.rule().equals(explanation.decidingRule())) {
            problems.add(
                    test.position(),
                    "the test expects rule '" + test.rule().get() + "' to decide, but the policy says "
                            + said(explanation),
                    why(explanation));
        }
    }

    private static boolean isExpected(WrittenTest.Expected expected, Decision decision, Visibility visibility) {
        return switch (expected) {
            case PERMIT -> decision instanceof Decision.Allow;
            case DENY -> decision instanceof Decision.Deny;
            case NEEDS_SCOPE -> decision instanceof Decision.NeedsScope;
            case HIDDEN -> visibility instanceof Visibility.Hidden;
        };
    }

    private static String said(Explanation explanation) {
        String verdict = explanation.verdict().name().toLowerCase(Locale.ROOT);
        return explanation
                .decidingRule()
                .map(rule -> verdict + " by '" + rule + "'")
                .orElse(verdict);
    }

    private static String name(WrittenTest.Expected expected) {
        return expected.name().toLowerCase(Locale.ROOT);
    }

    private static String why(Explanation explanation) {
        if (explanation.rules().isEmpty()) {
            return "No rule names " + explanation.feature();
        }
        return explanation.rules().stream().limit(10).map(PolicyTestRun::why).collect(Collectors.joining("; "));
    }

    private static String why(RuleTrace trace) {
        if (!trace.reasons().isEmpty()) {
            return trace.ruleId() + ": " + String.join(", ", trace.reasons());
        }
        return trace.ruleId()
                + (trace.missingScopes().isEmpty()
                        ? ": matches"
                        : ": lacks " + String.join(" ", trace.missingScopes()));
    }

    private static ArgumentVerdict check(WrittenTest test) {
        byte[] json = test.arguments().toString().getBytes(StandardCharsets.UTF_8);
        return switch (test.feature().kind()) {
            case TOOL -> new ArgumentCheck(openSchema(), PayloadLimits.STANDARD).check(json, 0, json.length);
            case PROMPT -> new PromptArgumentCheck(List.of(), PayloadLimits.STANDARD).check(json, 0, json.length);
            case RESOURCE, MODEL -> new ArgumentVerdict.Valid(CheckedArguments.none());
        };
    }

    private static CompiledSchema openSchema() {
        return switch (CompiledSchema.admit(JsonNodeFactory.instance.objectNode(), SchemaBounds.STANDARD)) {
            case SchemaAdmission.Admitted(CompiledSchema schema) -> schema;
            case SchemaAdmission.Quarantined(String reason) -> throw new IllegalStateException(reason);
        };
    }
}
