package dev.mcpgateway.connectors.model.translate;

import java.util.Map;
import java.util.Set;

/** Settings that the target does not know. */
final class Extras {
    /** They change the price, the speed or the bookkeeping, never the answer. */
    private static final Set<String> HINTS = Set.of(
            "user",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "prompt_cache_options",
            "service_tier",
            "metadata");

    private Extras() {}

    static void drop(Map.Entry<String, Node> extra, Losses losses) {
        extra.getValue().cover();
        if (HINTS.contains(extra.getKey())) {
            losses.tell(extra.getValue(), "unknown to the other protocol; dropped");
        } else {
            losses.lose(extra.getValue(), "unknown to the other protocol");
        }
    }
}
