package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.ModelCaches.Exact;
import dev.mcpgateway.gateway.config.ModelCaches.Kept;
import dev.mcpgateway.gateway.config.ModelCaches.Share;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code models.cache}. Left out, nothing is kept. */
final class ModelCachesReader {
    private static final long BYTES_DEFAULT = 64L * 1024 * 1024;
    private static final long BYTES_MIN = 16L * 1024 * 1024;
    private static final long BYTES_MAX = 2L << 30;
    private static final int ENTRIES_DEFAULT = 10_000;
    private static final int ENTRIES_MAX = 1_000_000;
    private static final int ENTRY_BYTES_DEFAULT = 1024 * 1024;
    private static final int ENTRY_BYTES_MAX = 16 * 1024 * 1024;
    private static final Duration LIFE_DEFAULT = Duration.ofMinutes(10);
    private static final Duration LIFE_MAX = Duration.ofDays(1);
    private static final Duration WAIT_DEFAULT = Duration.ofSeconds(10);
    private static final Duration WAIT_MAX = Duration.ofMinutes(5);

    private static final Exact NOTHING =
            new Exact(Map.of(), BYTES_DEFAULT, ENTRIES_DEFAULT, ENTRY_BYTES_DEFAULT, WAIT_DEFAULT);

    private ModelCachesReader() {}

    static ModelCaches caches(YamlObject models, Set<String> aliases) {
        Optional<YamlObject> section = models.object("cache");
        if (section.isEmpty()) {
            return new ModelCaches(NOTHING, SemanticCacheReader.NOTHING);
        }
        YamlObject cache = section.get();
        TenantClaim.refuse(cache);
        Exact exact = cache.object("exact").map(each -> exact(each, aliases)).orElse(NOTHING);
        ModelCaches.Semantic semantic = SemanticCacheReader.semantic(cache, aliases);
        cache.rejectUnknownKeys();
        return new ModelCaches(exact, semantic);
    }

    private static Exact exact(YamlObject section, Set<String> aliases) {
        Exact exact = new Exact(
                kept(section, aliases),
                section.integer("bytes", BYTES_MIN, BYTES_MAX, BYTES_DEFAULT),
                (int) section.integer("entries", 1, ENTRIES_MAX, ENTRIES_DEFAULT),
                (int) section.integer("entry_bytes", 1024, ENTRY_BYTES_MAX, ENTRY_BYTES_DEFAULT),
                section.millis("wait_ms", Duration.ZERO, WAIT_MAX, WAIT_DEFAULT));
        if (exact.aliases().isEmpty()) {
            section.problem("aliases", "no model's answers are kept", "Name them: aliases: {gpt: {}}");
        }
        section.rejectUnknownKeys();
        return exact;
    }

    private static Map<String, Kept> kept(YamlObject section, Set<String> aliases) {
        Map<String, Kept> kept = new LinkedHashMap<>();
        section.named("aliases").forEach((alias, value) -> {
            if (!aliases.contains(alias)) {
                value.problem("no model has the alias '" + alias + "'", "Known: " + aliases);
            }
            YamlObject entry = value.object();
            kept.put(
                    alias,
                    new Kept(
                            entry.choice("share", Share.class, Share.CALLER),
                            entry.seconds("ttl_s", Duration.ofSeconds(1), LIFE_MAX, LIFE_DEFAULT),
                            entry.flag("any_temperature", false),
                            entry.flag("tools", false)));
            entry.rejectUnknownKeys();
        });
        return kept;
    }
}
