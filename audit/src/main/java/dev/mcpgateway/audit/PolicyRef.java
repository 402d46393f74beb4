package dev.mcpgateway.audit;

import java.util.List;

/**
 * The policy that decided (JSON: {@code policy}).
 *
 * @param sha256 {@code policy.sha256}: hash of the policy in force, hexadecimal
 * @param ruleIds {@code policy.rules[].id}: the rules that matched; at most 64 are written, {@code rules_more} counts
 *     the rest
 */
public record PolicyRef(String sha256, List<String> ruleIds) {
    /** Refused before any policy was asked. */
    public static final PolicyRef NONE = new PolicyRef("", List.of());

    /** Copies the rule ids. */
    public PolicyRef {
        ruleIds = List.copyOf(ruleIds);
    }
}
