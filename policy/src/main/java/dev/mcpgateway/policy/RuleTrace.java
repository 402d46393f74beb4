package dev.mcpgateway.policy;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How one rule that names a feature fared.
 *
 * @param ruleId the rule
 * @param effect its effect
 * @param truth whether it matches, scopes left aside
 * @param reasons why it does not match, by key of the policy file: "groups does not hold", "not valid before …"; empty
 *     when it matches
 * @param missingScopes scopes of a permit that the caller lacks
 */
public record RuleTrace(
        String ruleId, Effect effect, Truth truth, List<String> reasons, SortedSet<String> missingScopes) {

    /** Copies the collections. */
    public RuleTrace {
        reasons = List.copyOf(reasons);
        missingScopes = Collections.unmodifiableSortedSet(new TreeSet<>(missingScopes));
    }

    /** True when the rule takes part in the decision. */
    public boolean applies() {
        return truth == Truth.TRUE && missingScopes.isEmpty();
    }
}
