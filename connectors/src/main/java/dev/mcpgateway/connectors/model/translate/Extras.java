package dev.mcpgateway.connectors.model.translate;

import java.util.Map;
import java.util.Set;

/** Settings that the target does not know. */
final class Extras {
    /** They change the price, the speed or the bookkeeping, never the answer. */
    private static final Set<String> HINTS = Set.of(
            "user",
            "user_id",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention",
            "prompt_cache_options",
            "service_tier",
            "metadata");

    private Extras() {}

    /**
     * What stands for a user in another provider's request. Anthropic asks for a hash or the like and refuses a call that names
     * an address; OpenAI recommends the hash of a name, and has its newer field for it hold no more than 64 characters.
     */
    static String nameless(Node user, Losses losses) {
        losses.tell(user, "who the user is; sent as a hash");
        return Sha256.hex(user.text());
    }

    static void drop(Map.Entry<String, Node> extra, Losses losses) {
        extra.getValue().cover();
        if (HINTS.contains(extra.getKey())) {
            losses.tell(extra.getValue(), "unknown to the other protocol; dropped");
        } else {
            losses.lose(extra.getValue(), "unknown to the other protocol");
        }
    }
}
