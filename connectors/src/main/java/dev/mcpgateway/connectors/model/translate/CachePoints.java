package dev.mcpgateway.connectors.model.translate;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Marks of a prompt cache in Converse: elements of their own, behind what they mark. */
final class CachePoints {
    private static final Set<String> LIVES = Set.of("5m", "1h");

    private CachePoints() {}

    /**
     * Writes one for the {@code cache_control} of what was written last; told where there can be none.
     *
     * @param taken whether the target takes it in this place
     */
    static void write(JsonOut out, @Nullable Node cache, boolean taken, Losses losses) {
        if (cache == null) {
            return;
        }
        if (!taken) {
            losses.drop(cache, "the target takes no cache marks here; dropped");
            return;
        }
        out.open().open("cachePoint").text("type", "default");
        for (Node member : cache.members()) {
            if (member.step().equals("ttl")) {
                if (!LIVES.contains(member.text())) {
                    throw member.unfit("no life of a cache that can be asked for there");
                }
                out.text("ttl", member.text());
            } else if (!member.step().equals("type")) {
                losses.lose(member, "unknown to the other protocol");
            }
        }
        out.close().close();
    }
}
