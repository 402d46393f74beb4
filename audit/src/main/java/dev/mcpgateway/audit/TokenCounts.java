package dev.mcpgateway.audit;

/**
 * Tokens of one call of a model (JSON: {@code model.usage}); all zero or more, or all unknown and left out.
 *
 * @param input {@code input}: all tokens of the request, those from a cache included
 * @param cacheRead {@code cache_read}: those of them that the provider's cache held
 * @param cacheWrite {@code cache_write}: those of them that went into the provider's cache
 * @param cacheWriteHour {@code cache_write_1h}: those of {@code cacheWrite} that are kept for an hour
 * @param output {@code output}: all tokens of the answer, reasoning included
 * @param reasoning {@code reasoning}: those of them that the agent does not see
 * @param audio {@code audio}: those of all of them that are sound; left out where there are none
 * @param image {@code image}: those of all of them that are pictures and counted apart; left out where there are none
 */
public record TokenCounts(
        long input,
        long cacheRead,
        long cacheWrite,
        long cacheWriteHour,
        long output,
        long reasoning,
        Medium audio,
        Medium image) {
    /** The provider did not say. */
    public static final TokenCounts UNKNOWN = new TokenCounts(-1, -1, -1, -1, -1, -1);

    /**
     * Tokens of one medium.
     *
     * @param input {@code input}: of the request, those from a cache included
     * @param cacheRead {@code cache_read}: those of them that the provider's cache held
     * @param output {@code output}: of the answer
     */
    public record Medium(long input, long cacheRead, long output) {
        /** Nothing of it. */
        public static final Medium NONE = new Medium(0, 0, 0);

        /** Checks the ranges. */
        public Medium {
            Check.range("input", input, 0, Long.MAX_VALUE);
            Check.range("cacheRead", cacheRead, 0, Long.MAX_VALUE);
            Check.range("output", output, 0, Long.MAX_VALUE);
        }
    }

    /** Of text alone. */
    public TokenCounts(long input, long cacheRead, long cacheWrite, long cacheWriteHour, long output, long reasoning) {
        this(input, cacheRead, cacheWrite, cacheWriteHour, output, reasoning, Medium.NONE, Medium.NONE);
    }

    /** Checks the ranges. */
    public TokenCounts {
        Check.range("input", input, -1, Long.MAX_VALUE);
        Check.range("cacheRead", cacheRead, input < 0 ? -1 : 0, Long.MAX_VALUE);
        Check.range("cacheWrite", cacheWrite, input < 0 ? -1 : 0, Long.MAX_VALUE);
        Check.range("cacheWriteHour", cacheWriteHour, input < 0 ? -1 : 0, Long.MAX_VALUE);
        Check.range("output", output, input < 0 ? -1 : 0, Long.MAX_VALUE);
        Check.range("reasoning", reasoning, input < 0 ? -1 : 0, Long.MAX_VALUE);
    }
}
