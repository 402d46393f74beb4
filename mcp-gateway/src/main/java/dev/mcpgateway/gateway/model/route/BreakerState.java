package dev.mcpgateway.gateway.model.route;

import java.util.Locale;

/** Whether a target gets calls. */
public enum BreakerState {
    /** All. */
    CLOSED,
    /** A growing share, since it was well when it was probed. */
    RAMP,
    /** One, which shows whether it is well again. */
    HALF_OPEN,
    /** None for a while. */
    OPEN;

    /** As metrics and records spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
