package dev.mcpgateway.connectors.model;

/**
 * Tokens of one call in one form for all protocols. All are zero or more, or the usage is {@link #UNKNOWN}.
 *
 * @param input all tokens of the request, those from a cache and those written to one included
 * @param cacheRead those of them that the provider's cache held
 * @param cacheWrite those of them that went into the provider's cache
 * @param cacheWriteHour those of {@code cacheWrite} that are kept for an hour
 * @param output all tokens of the answer, reasoning included
 * @param reasoning those of them that the agent does not see
 */
public record ModelUsage(
        long input, long cacheRead, long cacheWrite, long cacheWriteHour, long output, long reasoning) {
    /** The provider did not say. */
    public static final ModelUsage UNKNOWN = new ModelUsage(-1, -1, -1, -1, -1, -1);

    /** Tokens of the request that have nothing to do with a cache. */
    public long inputPlain() {
        return input - cacheRead - cacheWrite;
    }

    /** Whether the provider said anything. */
    public boolean isKnown() {
        return input >= 0;
    }
}
