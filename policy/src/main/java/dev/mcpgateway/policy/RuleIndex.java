package dev.mcpgateway.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rules of one action that may match a caller and a feature without looking at the others: by exact name, by
 * upstream for patterns, and within each by the rarest thing a rule asks of the caller. A decision costs the same with ten
 * rules and with ten thousand, unless thousands of patterns of one upstream match the same caller.
 *
 * <p>Rules of other actions are not in it, so that none of them can decide.
 */
final class RuleIndex {

    private final Action action;
    private final Map<FeatureName, CallerIndex> exact = new HashMap<>();
    private final Map<String, CallerIndex> exactByAlias = new HashMap<>();
    private final Map<String, CallerIndex> byAlias = new HashMap<>();
    private final CallerIndex everywhere = new CallerIndex();

    RuleIndex(Action action, List<Rule> rules) {
        this.action = action;
        for (Rule rule : rules) {
            if (rule.actions().contains(action)) {
                rule.resources().forEach(pattern -> add(new Candidate(rule, pattern)));
            }
        }
    }

    private void add(Candidate candidate) {
        FeaturePattern pattern = candidate.pattern();
        if (pattern.isEverything()) {
            everywhere.add(candidate);
        } else if (!pattern.isExact()) {
            bucket(byAlias, pattern.alias()).add(candidate);
        } else {
            FeatureName.parse(action.kind(), pattern.toString()).ifPresent(name -> {
                bucket(exact, name).add(candidate);
                if (action == Action.READ_RESOURCE) {
                    bucket(exactByAlias, name.alias()).add(candidate);
                }
            });
        }
    }

    private static <K> CallerIndex bucket(Map<K, CallerIndex> buckets, K key) {
        return buckets.computeIfAbsent(key, absent -> new CallerIndex());
    }

    /** Hands every rule that may match {@code feature} to {@code evaluation}; a rule may come more than once. */
    void lookUp(FeatureName feature, Evaluation evaluation) {
        patterns(feature.alias(), evaluation);
        lookUp(exact.get(feature), evaluation);
    }

    /** The same for a template of an upstream, so that exact names under it count too. */
    void lookUpTemplate(String alias, Evaluation evaluation) {
        patterns(alias, evaluation);
        lookUp(exactByAlias.get(alias), evaluation);
    }

    private void patterns(String alias, Evaluation evaluation) {
        everywhere.lookUp(evaluation);
        lookUp(byAlias.get(alias), evaluation);
    }

    private static void lookUp(@Nullable CallerIndex rules, Evaluation evaluation) {
        if (rules != null) {
            rules.lookUp(evaluation);
        }
    }
}
