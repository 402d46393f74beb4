package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.YamlObject;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Reads {@code models.kept_state}; an entry is {@code bound} unless it says otherwise, with {@code anonymous}, too. */
final class KeptIdsReader {
    private static final int OPEN_MAX = 1_000;

    private KeptIdsReader() {}

    /** Who may name it. */
    private enum Ids {
        BOUND,
        SHARED
    }

    static Map<String, KeptIds> read(YamlObject models, Set<String> providers) {
        Map<String, KeptIds> read = new LinkedHashMap<>();
        models.named("kept_state").forEach((provider, value) -> {
            if (!providers.contains(provider)) {
                value.problem("no provider is called '" + provider + "'", "Known: " + providers);
            }
            read.put(provider, ids(value.object()));
        });
        return read;
    }

    private static KeptIds ids(YamlObject entry) {
        boolean isBound = entry.choice("ids", Ids.class, Ids.BOUND) == Ids.BOUND;
        Set<String> open = new LinkedHashSet<>(entry.texts("open_ids"));
        if (open.size() > OPEN_MAX) {
            entry.problem("open_ids", "there must be at most " + OPEN_MAX, "");
        }
        entry.rejectUnknownKeys();
        return new KeptIds(isBound, open);
    }
}
