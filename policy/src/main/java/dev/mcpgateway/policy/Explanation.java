package dev.mcpgateway.policy;

import java.util.List;
import java.util.Optional;

/**
 * Why a policy decides as it does. It proves nothing: only {@link Policy#decide} gives a {@link Permit}.
 *
 * @param feature the feature asked about
 * @param verdict what the policy says
 * @param decidingRule the rule that decides; empty when none does
 * @param visibility what the caller may know of the feature
 * @param limits caps of the call when it is permitted, else none
 * @param rules every rule that names the feature, in file order
 * @param policyHash {@link Policy#hash()}
 */
public record Explanation(
        FeatureName feature,
        Verdict verdict,
        Optional<String> decidingRule,
        Visibility visibility,
        CallLimits limits,
        List<RuleTrace> rules,
        String policyHash) {

    /** What the policy says. */
    public enum Verdict {
        /** A permit matches. */
        PERMIT,
        /** A forbid matches. */
        FORBIDDEN,
        /** A forbid could not be evaluated, so it counts as matching. */
        POLICY_ERROR,
        /** No permit matches. */
        NO_PERMIT,
        /** Only permits with a wildcard match, and the URI could mean another resource than it spells. */
        INDIRECT_URI,
        /** A permit matches but for scopes. */
        NEEDS_SCOPE
    }

    /** Copies {@code rules}. */
    public Explanation {
        rules = List.copyOf(rules);
    }
}
