package dev.mcpgateway.gateway.endtoend;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clocks, moved by what a test asks for. */
public final class TestClock implements InstantSource {
    private final AtomicLong aheadNanos = new AtomicLong();
    private final AtomicLong leapNanos = new AtomicLong();

    @Override
    public Instant instant() {
        return Instant.now().plusNanos(aheadNanos.get() + leapNanos.get());
    }

    /** The monotonic clock, in nanoseconds. */
    public long nanos() {
        return System.nanoTime() + aheadNanos.get();
    }

    /** Moves both clocks to where the next minute begins (UTC), so that what is counted by the minute is not cut in two. */
    public void advanceToMinute() {
        Instant now = instant();
        advance(Duration.between(now, now.truncatedTo(ChronoUnit.MINUTES).plus(1, ChronoUnit.MINUTES)));
    }

    /** From now on both clocks are this much later. */
    public void advance(Duration by) {
        aheadNanos.addAndGet(by.toNanos());
    }

    /** From now on the wall clock alone is this much later, as when somebody sets it. */
    public void leap(Duration by) {
        leapNanos.addAndGet(by.toNanos());
    }
}
