package dev.mcpgateway.samples.testing;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only when a test says so. */
public final class SettableClock implements InstantSource {
    private final AtomicLong nowMillis = new AtomicLong(1_790_000_000_000L);

    /** Moves on. */
    public void advanceMillis(long millis) {
        nowMillis.addAndGet(millis);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMillis.get());
    }
}
