package dev.mcpgateway.gateway.identity;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The proofs that were used, for as long as they could be used again. Bounded: when it is full, or one key has filled its
 * share, further proofs are refused rather than older ones forgotten.
 *
 * <p>Two generations: what was seen in the present one and in the one before is known. A proof stays at least for one
 * whole generation, which is longer than it is accepted.
 */
final class ProofMemory {
    /** Most proofs of one generation. */
    static final int MAX = 100_000;

    /** Most proofs of one key in one generation. */
    static final int SHARE_MAX = 25_000;

    /** Longer than from the earliest to the latest moment at which a proof is accepted. */
    static final Duration GENERATION =
            DpopProofs.AGE_MAX.plus(DpopProofs.AHEAD_MAX).plusSeconds(5);

    private final int max;
    private final int shareMax;
    private final LongSupplier nanoClock;
    private Set<TokenHash> present = new HashSet<>();
    private Set<TokenHash> past = new HashSet<>();
    private Map<String, Integer> shares = new HashMap<>();
    private long sinceNanos;

    ProofMemory(int max, int shareMax, LongSupplier nanoClock) {
        this.max = max;
        this.shareMax = shareMax;
        this.nanoClock = nanoClock;
        this.sinceNanos = nanoClock.getAsLong();
    }

    /**
     * Remembers the proof; whether it was not known before.
     *
     * @throws KeysUnavailable if there is no room to remember it
     */
    synchronized boolean isNew(String keyThumbprint, String proofId) throws KeysUnavailable {
        turn();
        TokenHash proof = TokenHash.of(keyThumbprint, proofId);
        if (present.contains(proof) || past.contains(proof)) {
            return false;
        }
        int ofThisKey = shares.getOrDefault(keyThumbprint, 0);
        if (present.size() >= max || ofThisKey >= shareMax) {
            throw new KeysUnavailable("too many proofs to remember");
        }
        shares.put(keyThumbprint, ofThisKey + 1);
        present.add(proof);
        return true;
    }

    private void turn() {
        long age = nanoClock.getAsLong() - sinceNanos;
        if (age < GENERATION.toNanos()) {
            return;
        }
        past = age < 2 * GENERATION.toNanos() ? present : new HashSet<>();
        present = new HashSet<>();
        shares = new HashMap<>();
        sinceNanos = nanoClock.getAsLong();
    }
}
