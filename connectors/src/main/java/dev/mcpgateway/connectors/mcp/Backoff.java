package dev.mcpgateway.connectors.mcp;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Growing pauses between attempts: doubled each time up to a bound, then cut by a random part of up to one half, so that
 * many gateways do not come back at once.
 */
final class Backoff {
    private final Duration first;
    private final Duration last;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration last, RandomGenerator random) {
        this.first = first;
        this.last = last;
        this.random = random;
    }

    /** The pause after one more failure. */
    synchronized Duration next() {
        long nanos = first.toNanos() << Math.min(failures, 20);
        failures++;
        long bounded = nanos <= 0 ? last.toNanos() : Math.min(nanos, last.toNanos());
        return Duration.ofNanos(bounded - random.nextLong(bounded / 2 + 1));
    }

    /** It worked: the next failure begins anew. */
    synchronized void reset() {
        failures = 0;
    }
}
