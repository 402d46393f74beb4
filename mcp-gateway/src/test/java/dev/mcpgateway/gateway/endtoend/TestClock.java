package dev.mcpgateway.gateway.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clocks, moved forward by what a test asks for. */
public final class TestClock implements InstantSource {
    private final AtomicLong aheadNanos = new AtomicLong();

    @Override
    public Instant instant() {
        return Instant.now().plusNanos(aheadNanos.get());
    }

    /** The monotonic clock, in nanoseconds. */
    public long nanos() {
        return System.nanoTime() + aheadNanos.get();
    }

    /** From now on both clocks are this much later. */
    public void advance(Duration by) {
        aheadNanos.addAndGet(by.toNanos());
    }
}
