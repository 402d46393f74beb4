package dev.mcpgateway.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that were verified, for a short time: a signature costs some hundred microseconds, looking it up less than one.
 * Each issuer has a share of its own, so that one that hands out many tokens does not displace another's.
 */
final class VerifiedTokens {
    /** Most that is remembered, of all issuers together: tokens of up to a kilobyte count one, longer ones more. */
    private static final int MAX = 20_000;

    private static final int UNIT_CHARS = 1024;

    /** Longest time for which a verified token is believed without a second look at keys and claims. */
    private static final Duration KEPT = Duration.ofSeconds(60);

    private final Map<String, Cache<TokenHash, Entry>> byIssuer = new LinkedHashMap<>();
    private final List<Cache<TokenHash, Entry>> shares;

    private record Entry(VerifiedToken token, Instant until, long generation, int weight) {}

    /** Shares for the issuers with these aliases. */
    VerifiedTokens(List<String> aliases) {
        for (String alias : aliases) {
            byIssuer.put(
                    alias,
                    Caffeine.newBuilder()
                            .maximumWeight(MAX / aliases.size())
                            .<TokenHash, Entry>weigher((_, entry) -> entry.weight())
                            .build());
        }
        this.shares = List.copyOf(byIssuer.values());
    }

    /** The token, if it was verified under keys of this generation and may still be believed. */
    @Nullable
    VerifiedToken find(TokenHash token, Instant now, long generation) {
        for (Cache<TokenHash, Entry> share : shares) {
            Entry entry = share.getIfPresent(token);
            if (entry != null) {
                return entry.generation() == generation && now.isBefore(entry.until()) ? entry.token() : null;
            }
        }
        return null;
    }

    /** Remembers a token of so many characters until it expires, a minute at most. */
    void add(TokenHash hash, VerifiedToken token, int chars, Instant now, long generation) {
        Cache<TokenHash, Entry> share = byIssuer.get(token.profile().alias());
        if (share != null) {
            Instant until = now.plus(KEPT);
            Instant end = token.caller().expiresAt();
            share.put(hash, new Entry(token, end.isBefore(until) ? end : until, generation, 1 + chars / UNIT_CHARS));
        }
    }
}
