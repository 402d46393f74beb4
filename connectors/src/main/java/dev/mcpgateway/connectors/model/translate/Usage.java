package dev.mcpgateway.connectors.model.translate;

/**
 * Tokens of one call in normal form.
 *
 * @param inputTotal all input tokens, those from and to a cache included
 * @param cacheRead those read from a cache
 * @param cacheWrite5m those written to a cache for five minutes, or for a time that the provider does not say
 * @param cacheWrite1h those written to a cache for an hour
 * @param outputTotal all output tokens, reasoning included
 * @param reasoning those spent on reasoning
 */
public record Usage(
        long inputTotal, long cacheRead, long cacheWrite5m, long cacheWrite1h, long outputTotal, long reasoning) {

    /** Most tokens of one kind that are believed. */
    public static final long TOKENS_MAX = 1_000_000_000_000L;

    /** Checks that each count is between zero and {@link #TOKENS_MAX}, and the parts not more than the whole. */
    public Usage {
        if (outOfRange(inputTotal)
                || outOfRange(cacheRead)
                || outOfRange(cacheWrite5m)
                || outOfRange(cacheWrite1h)
                || outOfRange(outputTotal)
                || outOfRange(reasoning)
                || cacheRead + cacheWrite5m + cacheWrite1h > inputTotal
                || reasoning > outputTotal) {
            throw new IllegalArgumentException("token counts that contradict each other");
        }
    }

    private static boolean outOfRange(long tokens) {
        return tokens < 0 || tokens > TOKENS_MAX;
    }

    /** Tokens written to a cache, however long they are kept. */
    public long cacheWrite() {
        return cacheWrite5m + cacheWrite1h;
    }

    /** Input tokens that have nothing to do with a cache. */
    public long inputPlain() {
        return inputTotal - cacheRead - cacheWrite();
    }
}
