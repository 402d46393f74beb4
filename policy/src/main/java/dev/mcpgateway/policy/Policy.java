package dev.mcpgateway.policy;

import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rule set: who may call which tool. Immutable and safe for use by many threads; the semantics are those of
 * {@link dev.mcpgateway.policy}.
 *
 * <p>{@link #decide}, {@link #visibility}, {@link #visible} and {@link #explain} all rest on one evaluation, so that what
 * is listed and what may be called cannot come apart.
 */
public final class Policy {

    /** SHA-256 of nothing: the hash of a policy read from no files. */
    private static final String HASH_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final PolicyRules rules;
    private final RuleIndex index;
    private final SettingsIndex settings;

    private Policy(PolicyRules rules) {
        this.rules = rules;
        this.index = new RuleIndex(rules.rules());
        this.settings = new SettingsIndex(rules.entries());
    }

    /** The policy that allows nothing. */
    public static Policy denyAll() {
        return of(new PolicyRules(List.of(), List.of(), HASH_OF_NOTHING));
    }

    /** The policy of {@code rules}. */
    public static Policy of(PolicyRules rules) {
        return new Policy(rules);
    }

    /** Whether the call may happen. Never throws for any facts. */
    public Decision decide(CallFacts facts) {
        return switch (evaluate(facts.subject(), facts.feature(), facts.now())) {
            case Outcome.Permitted(Rule deciding, List<String> others) ->
                new Decision.Allow(permit(facts.subject(), facts.feature(), deciding, others));
            case Outcome.Forbidden(Rule rule, boolean broken) ->
                new Decision.Deny(broken ? Decision.Deny.POLICY_ERROR : Decision.Deny.FORBIDDEN, rule.id());
            case Outcome.NotPermitted() -> new Decision.Deny(Decision.Deny.NO_PERMIT, null);
            case Outcome.ScopesMissing(Rule permit) -> new Decision.NeedsScope(permit.requiredScopes());
        };
    }

    /**
     * What the caller may know of the tool: hidden when a forbid matches or when no permit could match whatever scopes
     * the caller had. When several permits lack scopes, the one that needs the fewest more names them (the first by id on
     * a tie), all of them in one challenge as MCP 2026-07-28 "Scope Challenge Handling" asks.
     */
    public Visibility visibility(Subject subject, FeatureName tool, Instant now) {
        return visibility(evaluate(subject, tool, now));
    }

    private static Visibility visibility(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Permitted _ -> new Visibility.Visible();
            case Outcome.Forbidden _, Outcome.NotPermitted _ -> new Visibility.Hidden();
            case Outcome.ScopesMissing(Rule permit) -> new Visibility.NeedsScope(permit.requiredScopes());
        };
    }

    /** The tools of {@code tools} that the caller may call, in their order. */
    public <T> VisibleTools<T> visible(
            Subject subject, List<T> tools, Function<? super T, FeatureName> name, Instant now) {
        List<T> visible = new ArrayList<>();
        for (T tool : tools) {
            if (visibility(subject, name.apply(tool), now) instanceof Visibility.Visible) {
                visible.add(tool);
            }
        }
        return new VisibleTools<>(visible);
    }

    /**
     * Why the policy decides as it does: every rule that names the tool, whether it matches or why not, and the one that
     * decides. {@code arguments} may be left out; no rule reads them yet.
     */
    public Explanation explain(Subject subject, FeatureName tool, @Nullable CheckedArguments arguments, Instant now) {
        Outcome outcome = evaluate(subject, tool, now);
        List<RuleTrace> traces = rules.rules().stream()
                .filter(rule -> rule.names(tool))
                .map(rule -> Explainer.trace(rule, subject, now))
                .toList();
        CallLimits limits = outcome instanceof Outcome.Permitted(Rule deciding, List<String> _)
                ? limits(tool, deciding)
                : CallLimits.NONE;
        return new Explanation(
                tool, verdict(outcome), decidingRule(outcome), visibility(outcome), limits, traces, hash());
    }

    private static Explanation.Verdict verdict(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Permitted _ -> Explanation.Verdict.PERMIT;
            case Outcome.Forbidden(Rule _, boolean broken) ->
                broken ? Explanation.Verdict.POLICY_ERROR : Explanation.Verdict.FORBIDDEN;
            case Outcome.NotPermitted _ -> Explanation.Verdict.NO_PERMIT;
            case Outcome.ScopesMissing _ -> Explanation.Verdict.NEEDS_SCOPE;
        };
    }

    private static Optional<String> decidingRule(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Permitted(Rule deciding, List<String> _) -> Optional.of(deciding.id());
            case Outcome.Forbidden(Rule rule, boolean _) -> Optional.of(rule.id());
            case Outcome.ScopesMissing(Rule permit) -> Optional.of(permit.id());
            case Outcome.NotPermitted _ -> Optional.empty();
        };
    }

    /** What the operator says about a tool; {@link ToolSettings#DEFAULT} when nothing. */
    public ToolSettings settings(FeatureName tool) {
        return settings.of(tool);
    }

    /**
     * Identifies the rule set: for a policy read from files, the lower-case hexadecimal SHA-256 over, for each file in
     * the order given, its length as eight big-endian bytes and then its bytes. File names do not count.
     */
    public String hash() {
        return rules.hash();
    }

    /** The rules, in file order. */
    public List<Rule> rules() {
        return rules.rules();
    }

    private Outcome evaluate(Subject subject, FeatureName tool, Instant now) {
        Evaluation evaluation = new Evaluation(subject, now);
        index.lookUp(subject, tool, evaluation);
        return evaluation.outcome();
    }

    private Permit permit(Subject subject, FeatureName tool, Rule deciding, List<String> others) {
        List<String> ruleIds = List.of(deciding.id());
        if (!others.isEmpty()) {
            List<String> all = new ArrayList<>(ruleIds);
            all.addAll(others);
            ruleIds = List.copyOf(all);
        }
        return new Permit(subject, tool, ruleIds, rules.hash(), limits(tool, deciding));
    }

    private CallLimits limits(FeatureName tool, Rule deciding) {
        return deciding.limits().narrowest(settings.of(tool).limits());
    }
}
