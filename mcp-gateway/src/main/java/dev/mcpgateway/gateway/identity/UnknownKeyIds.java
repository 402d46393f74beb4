package dev.mcpgateway.gateway.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for key ids that an issuer does not have. A source that was told so is told again without a look, and one that
 * asks for ever new ones is given few looks; both concern that source alone, so that nobody can use up what another needs,
 * nor make another's key id known as absent. Decision record 0019.
 */
final class UnknownKeyIds {
    /** How long a source is told that there is no such key without a look. */
    static final Duration REMEMBERED = Duration.ofSeconds(15);

    /** Looks in vain that a source may cause at once. */
    static final int SHARE = 3;

    /** Time after which it may cause one more. */
    static final Duration REFILL = Duration.ofSeconds(5);

    /** Longer key ids are not looked for: thumbprints, UUIDs and names are shorter. */
    static final int CHARS_MAX = 256;

    /** Most key ids remembered, and most sources; who is forgotten may cause a look sooner. */
    private static final int MAX = 10_000;

    private final Cache<Asked, Told> told =
            Caffeine.newBuilder().maximumSize(MAX).build();
    private final Cache<String, Share> shares =
            Caffeine.newBuilder().maximumSize(MAX).build();
    private final LongSupplier nanoClock;
    private final ObjIntConsumer<String> forgive;

    private record Asked(String source, String keyId) {}

    /** Until when a source need not be told anew, and how often it was refused. */
    private record Told(long untilNanos, int refusals) {}

    /** When a source may cause as many looks as {@link #SHARE} again, and the last one that counted. */
    private record Share(long fullAtNanos, long look) {}

    /**
     * Nothing known.
     *
     * @param forgive takes back so many failures of a source, because the key that it named is there now
     */
    UnknownKeyIds(LongSupplier nanoClock, ObjIntConsumer<String> forgive) {
        this.nanoClock = nanoClock;
        this.forgive = forgive;
    }

    /** Whether this source is to be refused without a look for this key id. */
    boolean refuses(String source, String keyId) {
        long now = nanoClock.getAsLong();
        Asked asked = new Asked(source, keyId);
        Told last = told.getIfPresent(asked);
        boolean isKnown = last != null && last.untilNanos() - now > 0;
        if (!isKnown && mayAsk(shares.getIfPresent(source), now)) {
            return false;
        }
        told.asMap().computeIfPresent(asked, (_, each) -> new Told(each.untilNanos(), each.refusals() + 1));
        return true;
    }

    private static boolean mayAsk(@Nullable Share share, long now) {
        return share == null
                || share.fullAtNanos() - now <= REFILL.multipliedBy(SHARE - 1).toNanos();
    }

    /** The look with this number has not found what this source had asked for. */
    void absent(String source, String keyId, long look) {
        long now = nanoClock.getAsLong();
        told.asMap()
                .merge(
                        new Asked(source, keyId),
                        new Told(now + REMEMBERED.toNanos(), 1),
                        (last, next) -> new Told(next.untilNanos(), last.refusals() + 1));
        // many of one source that waited for the same look have caused it together
        shares.asMap()
                .compute(
                        source,
                        (_, last) -> last != null && last.look() == look
                                ? last
                                : new Share(
                                        now
                                                + Math.max(last == null ? 0 : last.fullAtNanos() - now, 0)
                                                + REFILL.toNanos(),
                                        look));
    }

    /** The keys have changed: what was absent may be there, and who was refused for it was not at fault. */
    void changed(Predicate<String> present) {
        told.asMap().forEach((asked, last) -> {
            if (present.test(asked.keyId())) {
                forgive.accept(asked.source(), last.refusals());
            }
        });
        told.invalidateAll();
    }
}
