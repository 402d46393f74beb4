package dev.mcpgateway.policy;

/** What a matching rule does. */
public enum Effect {
    /** It allows, unless a forbid matches too. */
    PERMIT,
    /** It refuses, whatever the permits say. */
    FORBID
}
