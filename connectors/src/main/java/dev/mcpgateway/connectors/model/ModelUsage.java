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
 * @param audio those of all of them that are sound
 * @param image those of all of them that are pictures, where the provider counts them apart
 */
public record ModelUsage(
        long input,
        long cacheRead,
        long cacheWrite,
        long cacheWriteHour,
        long output,
        long reasoning,
        Medium audio,
        Medium image) {
    /** The provider did not say. */
    public static final ModelUsage UNKNOWN = new ModelUsage(-1, -1, -1, -1, -1, -1);

    /**
     * Tokens of one medium other than text.
     *
     * @param input of the request, those from a cache included
     * @param cacheRead those of them that the provider's cache held
     * @param output of the answer
     */
    public record Medium(long input, long cacheRead, long output) {
        /** Nothing of it. */
        public static final Medium NONE = new Medium(0, 0, 0);

        /** In both directions. */
        public long sum() {
            return input + output;
        }
    }

    /** Of a call of which nobody says that it was more than text. */
    public ModelUsage(long input, long cacheRead, long cacheWrite, long cacheWriteHour, long output, long reasoning) {
        this(input, cacheRead, cacheWrite, cacheWriteHour, output, reasoning, Medium.NONE, Medium.NONE);
    }

    /** Tokens of the request that have nothing to do with a cache. */
    public long inputPlain() {
        return input - cacheRead - cacheWrite;
    }

    /** Whether the provider said anything. */
    public boolean isKnown() {
        return input >= 0;
    }
}
