package dev.mcpgateway.gateway.model.route;

/**
 * How a target is, at one moment.
 *
 * @param state of its breaker; closed where there is none
 * @param rampPercent the share of calls that it gets
 * @param opensInNanos when its breaker lets a call through at the earliest
 * @param coolsForNanos how long its provider has asked for a pause of it, or of all its models
 * @param latencyNanos time to its first event or whole answer of late, the slowest counting most; 0 for unknown
 * @param successMillionths share of its calls of late that did not fail
 * @param inFlight its calls under way
 */
public record Health(
        BreakerState state,
        int rampPercent,
        long opensInNanos,
        long coolsForNanos,
        long latencyNanos,
        long successMillionths,
        int inFlight) {
    /** Nothing is known against it. */
    public static final Health WELL = new Health(BreakerState.CLOSED, 100, 0, 0, 0, 1_000_000, 0);
}
