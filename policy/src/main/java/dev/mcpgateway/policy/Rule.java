package dev.mcpgateway.policy;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * One rule of a policy.
 *
 * @param id unique in the policy; {@code [a-z0-9][a-z0-9._-]{0,63}}
 * @param effect what it does
 * @param callers conditions on the caller, all of which must hold; none means every caller
 * @param actions the uses it is about; at least one
 * @param resources the features it names, of the kinds its actions are about; none means that it matches nothing
 * @param requiredScopes scopes that a permit needs, all of them; empty for a forbid
 * @param validity when it holds
 * @param limits caps of a permit
 */
public record Rule(
        String id,
        Effect effect,
        List<CallerCondition> callers,
        Set<Action> actions,
        List<FeaturePattern> resources,
        SortedSet<String> requiredScopes,
        Validity validity,
        CallLimits limits) {

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /**
     * Copies the collections; refuses a bad id, no action, and scopes on a forbid, with an
     * {@link IllegalArgumentException}.
     */
    public Rule {
        if (!isId(id)) {
            throw new IllegalArgumentException("not a rule id");
        }
        if (effect == Effect.FORBID && !requiredScopes.isEmpty()) {
            throw new IllegalArgumentException("a forbid requires no scopes: " + id);
        }
        if (actions.isEmpty()) {
            throw new IllegalArgumentException("a rule is about at least one action: " + id);
        }
        callers = List.copyOf(callers);
        actions = Collections.unmodifiableSet(EnumSet.copyOf(actions));
        resources = List.copyOf(resources);
        requiredScopes = Collections.unmodifiableSortedSet(new TreeSet<>(requiredScopes));
    }

    /** True when {@code id} may identify a rule. */
    public static boolean isId(String id) {
        return ID.matcher(id).matches();
    }

    /** True when it is about {@code action} and names {@code feature}. */
    public boolean names(Action action, FeatureName feature) {
        return actions.contains(action)
                && action.kind() == feature.kind()
                && resources.stream().anyMatch(pattern -> pattern.matches(feature));
    }

    /** True when it names {@code feature} without a wildcard. */
    boolean namesExactly(FeatureName feature) {
        return resources.stream().anyMatch(pattern -> pattern.isExact() && pattern.matches(feature));
    }

    /** True for a rule that matches every caller at any instant. */
    public boolean isUnconditional() {
        return callers.isEmpty() && validity.equals(Validity.ALWAYS);
    }

    /** Whether the conditions on the caller hold; a rule outside of its validity does not match. */
    Truth matches(Subject subject, Instant now) {
        if (!validity.covers(now)) {
            return Truth.FALSE;
        }
        Truth all = Truth.TRUE;
        for (CallerCondition condition : callers) {
            all = all.and(condition.test(subject));
            if (all == Truth.FALSE) {
                return all;
            }
        }
        return all;
    }
}
