package dev.mcpgateway.policy;

import java.time.Instant;

/** When a rule holds: from {@code from} on, and before {@code until}. Outside of it the rule is as if not written. */
public record Validity(Instant from, Instant until) {

    /** At any instant. */
    public static final Validity ALWAYS = new Validity(Instant.MIN, Instant.MAX);

    /** Refuses an empty span with an {@link IllegalArgumentException}. */
    public Validity {
        if (!from.isBefore(until)) {
            throw new IllegalArgumentException("valid from " + from + " must be before " + until);
        }
    }

    /** True when a rule holds at {@code now}. */
    public boolean covers(Instant now) {
        return !now.isBefore(from) && now.isBefore(until);
    }
}
