package dev.mcpgateway.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many tokens of one source address may fail before the next unknown one is refused unseen: a bucket that each
 * failure empties by one and time fills. What was verified before is not asked here, so a known caller at the same address
 * goes on.
 */
public final class FailureLimit {
    /** Most addresses counted apart; beyond, those that failed least often are forgotten. */
    private static final int SOURCES_MAX = 10_000;

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private final long refillNanos;
    private final long fullNanos;
    private final LongSupplier nanoClock;

    /** When the bucket of a source will be full again. */
    private final Cache<String, AtomicLong> sources;

    /** So many failures at once and a minute; 0 for no limit. */
    public FailureLimit(int perMinute, LongSupplier nanoClock) {
        this.refillNanos = perMinute == 0 ? 0 : MINUTE_NANOS / perMinute;
        this.fullNanos = refillNanos * perMinute;
        this.nanoClock = nanoClock;
        this.sources = Caffeine.newBuilder().maximumSize(SOURCES_MAX).build();
    }

    /** Seconds until another token of this source is looked at; 0 if it is now. */
    public int secondsToWait(String address) {
        AtomicLong fullAt = sources.getIfPresent(SourceAddress.of(address));
        if (fullAt == null) {
            return 0;
        }
        long missing = fullAt.get() - nanoClock.getAsLong() + refillNanos - fullNanos;
        return missing <= 0 ? 0 : (int) Duration.ofNanos(missing).plusSeconds(1).toSeconds();
    }

    /** A token of this source was refused. */
    public void failed(String address) {
        if (refillNanos == 0) {
            return;
        }
        long now = nanoClock.getAsLong();
        sources.get(SourceAddress.of(address), _ -> new AtomicLong(now))
                .updateAndGet(fullAt -> now + Math.max(fullAt - now, 0) + refillNanos);
    }

    /** So many failures of this source turned out to be none. */
    void forgive(String address, int failures) {
        AtomicLong fullAt = sources.getIfPresent(SourceAddress.of(address));
        if (fullAt != null) {
            fullAt.addAndGet(-refillNanos * failures);
        }
    }
}
