package dev.mcpgateway.gateway.config;

import java.util.Map;

/** How the tools and prompts of a view are called. Rules and records name them canonically in every view. */
public sealed interface ViewNames {
    /** {@code <alias>__<name>}. */
    record Prefixed() implements ViewNames {}

    /** As the upstream calls them; for views of one upstream, or two could share a name. */
    record Bare() implements ViewNames {}

    /**
     * Some have names of their own, all others are {@link Prefixed}.
     *
     * @param byCanonical names for agents by canonical name; no two alike, and none has {@code __} inside, so that none
     *     can be a prefixed one
     */
    record Mapped(Map<String, String> byCanonical) implements ViewNames {
        /** Copies the map. */
        public Mapped {
            byCanonical = Map.copyOf(byCanonical);
        }
    }
}
