package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.ModelCaches.Kept;
import dev.mcpgateway.gateway.config.ModelCaches.Semantic;
import dev.mcpgateway.gateway.config.ModelCaches.Share;
import dev.mcpgateway.gateway.embed.OptionalFiles;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads {@code models.cache.semantic}. Left out, no answer is given for another text. */
final class SemanticCacheReader {
    private static final String ALIASES = "aliases";
    private static final int SIMILARITY_MIN = 80;
    private static final int SIMILARITY_DEFAULT = 95;
    private static final long BYTES_DEFAULT = 64L * 1024 * 1024;
    private static final long BYTES_MIN = 16L * 1024 * 1024;
    private static final long BYTES_MAX = 2L << 30;
    private static final int ENTRIES_DEFAULT = 10_000;
    private static final int ENTRIES_MAX = 100_000;
    private static final int ENTRY_BYTES_DEFAULT = 256 * 1024;
    private static final int ENTRY_BYTES_MAX = 4 * 1024 * 1024;

    /** All of them are compared with: more would take longer than the comparison is worth. */
    private static final int COMPARED_MAX = 10_000;

    private static final int COMPARED_DEFAULT = 2_000;
    private static final Duration LIFE_DEFAULT = Duration.ofMinutes(10);
    private static final Duration LIFE_MAX = Duration.ofDays(1);

    static final Semantic NOTHING = new Semantic(
            Map.of(),
            SIMILARITY_DEFAULT / 100f,
            false,
            BYTES_DEFAULT,
            ENTRIES_DEFAULT,
            ENTRY_BYTES_DEFAULT,
            COMPARED_DEFAULT);

    private SemanticCacheReader() {}

    static Semantic semantic(YamlObject cache, Set<String> aliases) {
        return cache.object("semantic")
                .map(section -> {
                    OptionalFiles.missing(SemanticCacheReader.class.getClassLoader())
                            .ifPresent(
                                    missing -> cache.problem(
                                            "semantic",
                                            "the embedded model is not there: " + missing + " is not on the class path",
                                            "It is not part of the distribution: put its jar into the folder optional beside bin"));
                    return read(section, aliases);
                })
                .orElse(NOTHING);
    }

    private static Semantic read(YamlObject section, Set<String> aliases) {
        Semantic semantic = new Semantic(
                kept(section, aliases),
                section.integer("similarity_percent", SIMILARITY_MIN, 100, SIMILARITY_DEFAULT) / 100f,
                section.flag("observe", false),
                section.integer("bytes", BYTES_MIN, BYTES_MAX, BYTES_DEFAULT),
                (int) section.integer("entries", 1, ENTRIES_MAX, ENTRIES_DEFAULT),
                (int) section.integer("entry_bytes", 1024, ENTRY_BYTES_MAX, ENTRY_BYTES_DEFAULT),
                (int) section.integer("compared", 1, COMPARED_MAX, COMPARED_DEFAULT));
        if (!semantic.isOn()) {
            section.problem(ALIASES, "no model's answers are kept", "Name them: aliases: {gpt: {}}");
        }
        section.rejectUnknownKeys();
        return semantic;
    }

    private static Map<String, Kept> kept(YamlObject section, Set<String> aliases) {
        Map<String, Kept> kept = new LinkedHashMap<>();
        section.named(ALIASES).forEach((alias, value) -> {
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
                            false));
            entry.rejectUnknownKeys();
        });
        return kept;
    }
}
