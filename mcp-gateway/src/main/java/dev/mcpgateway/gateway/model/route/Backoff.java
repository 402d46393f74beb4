package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.gateway.config.Routing;
import java.util.random.RandomGenerator;

/** How long to wait before a retry: exponential with full jitter, and never less than the provider asks for. */
public final class Backoff {
    private static final int DOUBLINGS_MAX = 20;

    private Backoff() {}

    /**
     * The pause in nanoseconds before a target is asked again.
     *
     * @param retry how often it was asked again before
     * @param retryAfterNanos what the provider asks for; 0 for nothing
     */
    public static long nanos(Routing routing, int retry, long retryAfterNanos, RandomGenerator random) {
        long longest = routing.pauseLongest().toNanos();
        long ceiling = Math.min(longest, routing.pauseFirst().toNanos() << Math.min(retry, DOUBLINGS_MAX));
        long drawn = Math.floorMod(random.nextLong(), ceiling + 1);
        return Math.max(drawn, retryAfterNanos);
    }
}
