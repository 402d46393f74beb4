package dev.mcpgateway.connectors.mcp;

import java.time.Duration;

/**
 * When an upstream that mostly fails is left alone.
 *
 * @param failuresPercent share of failures among the last calls that opens the breaker
 * @param windowCalls how many calls are looked back at
 * @param callsMin fewest calls that say anything; at most {@code windowCalls}
 * @param open how long no call is let through, before one shows whether it works again
 */
public record BreakerSettings(int failuresPercent, int windowCalls, int callsMin, Duration open) {

    /** More bad than good. */
    public static final int FAILURES_PERCENT_DEFAULT = 50;

    /** Long enough that one bad moment is not a trend, short enough to forget the past. */
    public static final int WINDOW_CALLS_DEFAULT = 20;

    /** Fewer failures than that are bad luck. */
    public static final int CALLS_MIN_DEFAULT = 10;

    /** An upstream that comes back is found soon, and one that does not costs one call in this time. */
    public static final Duration OPEN_DEFAULT = Duration.ofSeconds(10);

    /** All defaults. */
    public static final BreakerSettings DEFAULT =
            new BreakerSettings(FAILURES_PERCENT_DEFAULT, WINDOW_CALLS_DEFAULT, CALLS_MIN_DEFAULT, OPEN_DEFAULT);

    /** Checks the ranges. */
    public BreakerSettings {
        if (failuresPercent < 1 || failuresPercent > 100) {
            throw new IllegalArgumentException("a share of failures is 1 to 100 percent");
        }
        if (callsMin < 1 || windowCalls < callsMin || !open.isPositive()) {
            throw new IllegalArgumentException("a breaker looks at one call at least and stays open for a while");
        }
    }
}
