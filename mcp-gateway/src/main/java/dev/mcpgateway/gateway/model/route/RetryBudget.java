package dev.mcpgateway.gateway.model.route;

/**
 * How many retries a provider gets, and hedges its calls: a share of its calls, and one a second at the least, of which ten
 * can be saved up. A provider that fails is not buried under retries, and no load is doubled. Safe for many threads.
 */
final class RetryBudget {
    private static final long WHOLE = 1_000_000_000;
    private static final long SAVED_MAX = 10 * WHOLE;

    private final long perCall;
    private long left = SAVED_MAX;
    private long since;

    RetryBudget(int percent, long now) {
        this.perCall = percent * (WHOLE / 100);
        this.since = now;
    }

    /** A call begins. */
    synchronized void began() {
        left = Math.min(SAVED_MAX, left + perCall);
    }

    /** Takes a retry, if there is one. */
    synchronized boolean take(long now) {
        if (perCall == 0) {
            return false;
        }
        left = Math.min(SAVED_MAX, left + Math.clamp(now - since, 0, SAVED_MAX));
        since = now;
        if (left < WHOLE) {
            return false;
        }
        left -= WHOLE;
        return true;
    }
}
