package dev.mcpgateway.gateway.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The caches of models' answers.
 *
 * @param exact answers to the very same request
 * @param semantic answers to requests whose last text means the same
 */
public record ModelCaches(Exact exact, Semantic semantic) {
    /**
     * Answers to the very same request.
     *
     * @param aliases the models whose answers are kept; of no other is one
     * @param bytes most bytes of all answers
     * @param entries most answers
     * @param entryBytes most bytes of one; a longer one is not kept
     * @param longestWait longest wait for another call that is about to get the answer
     */
    public record Exact(Map<String, Kept> aliases, long bytes, int entries, int entryBytes, Duration longestWait) {
        /** Keeps the order of the file. */
        public Exact {
            aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
        }
    }

    /**
     * Answers to requests that differ in nothing but how the last text says what it means.
     *
     * @param aliases the models whose answers are kept; of no other is one
     * @param similarity least cosine of the two texts
     * @param observe whether hits are counted only, and the provider is asked all the same
     * @param bytes most bytes of all answers and of what they are found by
     * @param entries most answers
     * @param entryBytes most bytes of one; a longer one is not kept
     * @param compared most texts that one text is compared with
     */
    public record Semantic(
            Map<String, Kept> aliases,
            float similarity,
            boolean observe,
            long bytes,
            int entries,
            int entryBytes,
            int compared) {
        /** Keeps the order of the file. */
        public Semantic {
            aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
        }

        /** Whether answers of any model are kept. */
        public boolean isOn() {
            return !aliases.isEmpty();
        }
    }

    /**
     * What is kept of a model.
     *
     * @param share among whom
     * @param life for how long
     * @param anyTemperature also where the request does not ask for a temperature of zero
     * @param tools also where the request offers tools
     */
    public record Kept(Share share, Duration life, boolean anyTemperature, boolean tools) {}

    /** Who may get an answer that somebody else got. */
    public enum Share {
        /** Nobody. */
        CALLER,
        /** Callers of one issuer with the same tenant. Who has none shares with nobody. */
        TENANT
    }
}
