package dev.mcpgateway.gateway.call;

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes call ids: UUIDv7 (RFC 9562), so that they sort by time and join audit records, log lines and spans. They name a
 * call and grant nothing.
 */
public final class CallIds {
    private final InstantSource clock;
    private final RandomGenerator random;

    /** Ids from this clock and source of chance. */
    public CallIds(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** A new id, 36 characters. */
    public String next() {
        long high = (clock.millis() << 16) | 0x7000 | (random.nextLong() & 0x0FFF);
        long low = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }
}
