package dev.mcpgateway.gateway.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The ADMIT stage: how often one caller may call one tool, and how many calls one upstream gets at once. The buckets of
 * callers live in a bounded cache, so that many identities cannot fill the memory.
 */
public final class Admission {
    private static final int BUCKETS_MAX = 100_000;
    private static final Duration BUCKET_IDLE = Duration.ofMinutes(2);

    private final Cache<BucketKey, Bucket> buckets = Caffeine.newBuilder()
            .maximumSize(BUCKETS_MAX)
            .expireAfterAccess(BUCKET_IDLE)
            .build();
    private final Map<String, Places> byUpstream = new HashMap<>();

    private record BucketKey(String caller, String tool, int perMinute) {}

    private record Places(Semaphore free, int all) {}

    /** A place among the calls of one upstream; closing it frees the place. */
    public interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** Limits by upstream alias; every alias that is called must have one. */
    public Admission(Map<String, Integer> concurrentMax) {
        concurrentMax.forEach((alias, max) -> byUpstream.put(alias, new Places(new Semaphore(max), max)));
    }

    /**
     * Takes one call from the caller's rate and one place at the upstream.
     *
     * @throws Refused if either is used up
     */
    public Place admit(String callerKey, String tool, int perMinute, String upstream) {
        rate(callerKey, tool, perMinute);
        return place(upstream);
    }

    /**
     * Takes one call from the caller's rate.
     *
     * @throws Refused if that is used up
     */
    public void rate(String callerKey, String tool, int perMinute) {
        ConsumptionProbe probe = buckets.get(new BucketKey(callerKey, tool, perMinute), key -> bucket(key.perMinute()))
                .tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
            throw new Refused(Refusal.of(Reason.RATE_LIMITED, perMinute + " calls a minute")
                    .retryAfter((int) seconds));
        }
    }

    /**
     * Takes one place at the upstream.
     *
     * @throws Refused if none is free
     */
    public Place place(String upstream) {
        Places places = byUpstream.get(upstream);
        if (places == null) {
            throw new IllegalArgumentException("no upstream " + upstream);
        }
        if (!places.free().tryAcquire()) {
            throw new Refused(Refusal.of(Reason.UPSTREAM_BUSY, places.all() + " calls at once to " + upstream));
        }
        return places.free()::release;
    }

    private static Bucket bucket(int perMinute) {
        // of nanoTime: a wall clock that is set back would refill nothing until it is where it was
        return Bucket.builder()
                .withNanosecondPrecision()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                .build();
    }
}
