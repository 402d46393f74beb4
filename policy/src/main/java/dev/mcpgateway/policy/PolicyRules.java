package dev.mcpgateway.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a {@link Policy} is made of. A policy file becomes one through
 * {@link dev.mcpgateway.policy.rules.PolicyParser}; code that embeds the product may write one itself.
 *
 * @param rules rules with unique ids; their order has no meaning but in explanations
 * @param entries entries about features; their order has no meaning
 * @param models entries about calls of models; their order has no meaning
 * @param hash what identifies the rule set in permits and in the audit log
 */
public record PolicyRules(List<Rule> rules, List<ToolEntry> entries, List<ModelEntry> models, String hash) {

    /** Where nothing is said about calls of models. */
    public PolicyRules(List<Rule> rules, List<ToolEntry> entries, String hash) {
        this(rules, entries, List.of(), hash);
    }

    /** Copies the lists; refuses a repeated rule id with an {@link IllegalArgumentException}. */
    public PolicyRules {
        rules = List.copyOf(rules);
        entries = List.copyOf(entries);
        models = List.copyOf(models);
        Set<String> ids = new HashSet<>();
        for (Rule rule : rules) {
            if (!ids.add(rule.id())) {
                throw new IllegalArgumentException("rule id is repeated: " + rule.id());
            }
        }
    }
}
