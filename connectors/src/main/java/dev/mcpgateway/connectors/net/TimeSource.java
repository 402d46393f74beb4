package dev.mcpgateway.connectors.net;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Where time comes from: given by the wiring, so that tests own it.
 *
 * @param clock wall clock, for what people read
 * @param nanoTime monotonic nanoseconds of arbitrary origin, for every time-out and interval
 */
public record TimeSource(InstantSource clock, LongSupplier nanoTime) {

    /** The wall clock's instant. */
    public Instant now() {
        return clock.instant();
    }

    /** Monotonic nanoseconds; only differences have a meaning. */
    public long nanos() {
        return nanoTime.getAsLong();
    }
}
