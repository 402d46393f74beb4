package dev.mcpgateway.gateway.config;

import java.util.Set;

/**
 * Who may name what a provider keeps.
 *
 * @param isBound whether each caller may name what it was given, and nothing else
 * @param open ids that everybody may name
 */
public record KeptIds(boolean isBound, Set<String> open) {
    /** To each caller its own. */
    public static final KeptIds BOUND = new KeptIds(true, Set.of());

    /** To everybody all. */
    public static final KeptIds SHARED = new KeptIds(false, Set.of());

    /** Copies the set. */
    public KeptIds {
        open = Set.copyOf(open);
    }

    /** Whether everybody may name it. */
    public boolean isOpen(String id) {
        return open.contains(id);
    }
}
