package dev.mcpgateway.gateway.config;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The caches of models' answers.
 *
 * @param exact answers to the very same request
 */
public record ModelCaches(Exact exact) {
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
