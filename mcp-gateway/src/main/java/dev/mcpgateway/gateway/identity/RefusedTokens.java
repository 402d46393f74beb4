package dev.mcpgateway.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tokens whose signature was found bad, for a few seconds: sent again, the very same token costs a hash. Other failures
 * are cheap to find anew, and some of them heal by themselves.
 */
final class RefusedTokens {
    private static final int MAX = 10_000;
    private static final long KEPT_NANOS = Duration.ofSeconds(10).toNanos();

    private final Cache<TokenHash, Entry> refused =
            Caffeine.newBuilder().maximumSize(MAX).build();
    private final LongSupplier nanoClock;

    private record Entry(BadToken why, long generation, long untilNanos) {}

    RefusedTokens(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Why this token was refused under keys of this generation, if it was a moment ago. */
    @Nullable
    BadToken find(TokenHash token, long generation) {
        Entry entry = refused.getIfPresent(token);
        return entry != null && entry.generation() == generation && nanoClock.getAsLong() - entry.untilNanos() < 0
                ? entry.why()
                : null;
    }

    void add(TokenHash token, BadToken why, long generation) {
        if (why.step() == TokenStep.SIGNATURE) {
            refused.put(token, new Entry(why, generation, nanoClock.getAsLong() + KEPT_NANOS));
        }
    }
}
