package dev.mcpgateway.gateway.model.route;

import java.util.Locale;

/** Whether a target gets calls. */
public enum BreakerState {
    /** All. */
    CLOSED(0),
    /** A growing share, since it was well when it was probed. */
    RAMP(1),
    /** One, which shows whether it is well again. */
    HALF_OPEN(2),
    /** None for a while. */
    OPEN(3);

    private final long level;

    BreakerState(long level) {
        this.level = level;
    }

    /** As metrics count it: the more, the fewer calls. */
    public long level() {
        return level;
    }

    /** As metrics and records spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
