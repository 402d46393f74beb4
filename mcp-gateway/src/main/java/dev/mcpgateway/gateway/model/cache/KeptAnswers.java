package dev.mcpgateway.gateway.model.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import dev.mcpgateway.gateway.config.ModelCaches;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Sealed answers by their keys, bounded in bytes and in number, each for its time. */
final class KeptAnswers {
    /** What an answer takes beside its bytes. */
    private static final int OVERHEAD = 512;

    private final Cache<CacheKey, Sealed> byKey;
    private final TenantKeys keys;
    private final LongSupplier nanoClock;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Sealed(Tenant tenant, byte[] content, long sinceNanos, long lifeNanos) {}

    /** An answer and for how long it has been there. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Found(byte[] content, long ageNanos) {}

    /** Nothing yet; within these bounds. */
    KeptAnswers(ModelCaches.Exact bounds, TenantKeys keys, LongSupplier nanoClock) {
        this(bounds.bytes(), bounds.entries(), 0, _ -> {}, keys, nanoClock);
    }

    /**
     * Nothing yet; within these bounds.
     *
     * @param beside bytes that somebody else keeps for each answer
     * @param gone told of each answer that is not there any more, in the thread that finds or makes it so
     */
    KeptAnswers(long bytes, int entries, int beside, Consumer<CacheKey> gone, TenantKeys keys, LongSupplier nanoClock) {
        this.keys = keys;
        this.nanoClock = nanoClock;
        // an answer weighs at least its share of the bytes, which bounds the number of answers, too
        int least = (int) Math.min(Integer.MAX_VALUE, bytes / entries);
        this.byKey = Caffeine.newBuilder()
                .maximumWeight(bytes)
                .<CacheKey, Sealed>weigher((_, kept) -> Math.max(least, kept.content().length + OVERHEAD + beside))
                .expireAfter(Expiry.<CacheKey, Sealed>creating((_, kept) -> Duration.ofNanos(kept.lifeNanos())))
                .<CacheKey, Sealed>removalListener((key, kept, cause) -> {
                    if (kept != null) {
                        keys.release(kept.tenant());
                    }
                    if (key != null && cause != RemovalCause.REPLACED) {
                        gone.accept(key);
                    }
                })
                .ticker(nanoClock::getAsLong)
                .executor(Runnable::run)
                // without it, the answers of the last hour of work would stay in memory until the next call
                .scheduler(Scheduler.systemScheduler())
                .build();
    }

    /** The answer at this slot, if it may still be given. */
    Optional<Found> find(Slot slot) {
        Sealed kept = byKey.getIfPresent(slot.key());
        if (kept == null) {
            return Optional.empty();
        }
        return keys.open(slot, kept.content())
                .map(content -> new Found(content, Math.max(0, nanoClock.getAsLong() - kept.sinceNanos())));
    }

    /** Forgets one. */
    void forget(CacheKey key) {
        byKey.invalidate(key);
    }

    /** Forgets all. */
    void clear() {
        byKey.invalidateAll();
    }

    /** Keeps an answer, instead of an older one. */
    void keep(Slot slot, byte[] content) {
        byKey.put(
                slot.key(),
                new Sealed(slot.tenant(), keys.seal(slot, content), nanoClock.getAsLong(), slot.lifeNanos()));
    }

    /** How many answers there are. */
    long size() {
        byKey.cleanUp();
        return byKey.estimatedSize();
    }
}
