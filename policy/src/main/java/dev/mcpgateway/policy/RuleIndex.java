package dev.mcpgateway.policy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the rules that may match a caller and a tool without looking at the others: by exact tool, by upstream for
 * patterns, and within each by the rarest thing a rule asks of the caller. A decision costs the same with ten rules and
 * with ten thousand, unless thousands of patterns of one upstream match the same caller.
 */
final class RuleIndex {

    private final Map<FeatureName, CallerIndex> exact = new HashMap<>();
    private final Map<String, CallerIndex> byAlias = new HashMap<>();
    private final CallerIndex everywhere = new CallerIndex();

    RuleIndex(List<Rule> rules) {
        for (Rule rule : rules) {
            for (ToolPattern pattern : rule.resources()) {
                bucket(pattern).add(new Candidate(rule, pattern));
            }
        }
    }

    private CallerIndex bucket(ToolPattern pattern) {
        if (pattern.isEverything()) {
            return everywhere;
        }
        return pattern.isExact()
                ? exact.computeIfAbsent(FeatureName.tool(pattern.alias(), pattern.tool()), tool -> new CallerIndex())
                : byAlias.computeIfAbsent(pattern.alias(), alias -> new CallerIndex());
    }

    /** Hands every rule that may match to {@code evaluation}; a rule may come more than once. */
    void lookUp(Subject subject, FeatureName tool, Evaluation evaluation) {
        everywhere.lookUp(subject, tool, evaluation);
        CallerIndex patterns = byAlias.get(tool.alias());
        if (patterns != null) {
            patterns.lookUp(subject, tool, evaluation);
        }
        CallerIndex named = exact.get(tool);
        if (named != null) {
            named.lookUp(subject, tool, evaluation);
        }
    }
}
