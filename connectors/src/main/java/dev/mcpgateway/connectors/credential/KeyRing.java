package dev.mcpgateway.connectors.credential;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The signing keys of one moment: for each algorithm one that signs, the next one, already public, and those whose tokens
 * may still be about. Immutable; a change gives another ring.
 *
 * @param keys all keys, by algorithm and the moment from which they sign
 * @param pairwise what pairwise subjects are made with
 */
record KeyRing(List<SigningKey> keys, Secret pairwise) {
    /** How long a key is public before it signs: longer than verifiers keep a key set. */
    static final Duration LEAD = Duration.ofHours(1);

    /** How long a key stays public after its last token: longer than any token and any difference of clocks. */
    static final Duration KEPT = Duration.ofHours(1);

    /** How long a key signs unless it is replaced before. */
    static final Duration AGE = Duration.ofDays(30);

    KeyRing {
        keys = keys.stream()
                .sorted(Comparator.comparing(SigningKey::algorithm).thenComparing(SigningKey::from))
                .toList();
    }

    private List<SigningKey> of(SigningAlgorithm algorithm) {
        return keys.stream().filter(key -> key.algorithm() == algorithm).toList();
    }

    /** The key that signs; empty when there is none yet. */
    Optional<SigningKey> current(SigningAlgorithm algorithm, Instant now) {
        return of(algorithm).stream().filter(key -> !key.from().isAfter(now)).reduce((_, later) -> later);
    }

    /** The key that signs after the current one. */
    Optional<SigningKey> next(SigningAlgorithm algorithm, Instant now) {
        return of(algorithm).stream().filter(key -> key.from().isAfter(now)).findFirst();
    }

    /** The ring with what these algorithms need now, and without what is over; the same one when that is nothing. */
    KeyRing maintained(Set<SigningAlgorithm> wanted, Instant now) throws GeneralSecurityException {
        List<SigningKey> kept = new ArrayList<>(keys);
        for (SigningAlgorithm algorithm : SigningAlgorithm.values()) {
            List<SigningKey> line = of(algorithm);
            for (int i = 0; i + 1 < line.size(); i++) {
                if (line.get(i + 1).from().plus(KEPT).isBefore(now)) {
                    kept.remove(line.get(i));
                }
            }
            if (wanted.contains(algorithm)) {
                Optional<SigningKey> current = current(algorithm, now);
                if (current.isEmpty()) {
                    kept.add(SigningKey.of(algorithm, algorithm.generate(), now, now));
                }
                if (next(algorithm, now).isEmpty()) {
                    Instant due = current.map(SigningKey::from).orElse(now).plus(AGE);
                    Instant earliest = now.plus(LEAD);
                    kept.add(SigningKey.of(
                            algorithm, algorithm.generate(), now, due.isBefore(earliest) ? earliest : due));
                }
            }
        }
        return kept.equals(keys) ? this : new KeyRing(kept, pairwise);
    }

    /** The ring in which the next keys take over as soon as they have been public for long enough. */
    KeyRing rotated(Instant now) {
        return new KeyRing(
                keys.stream()
                        .map(key -> isNext(key, now) ? key.startingAt(earliest(key, now)) : key)
                        .toList(),
                pairwise);
    }

    private static Instant earliest(SigningKey next, Instant now) {
        Instant ready = next.publishedAt().plus(LEAD);
        Instant soon = ready.isBefore(now) ? now : ready;
        return soon.isBefore(next.from()) ? soon : next.from();
    }

    /** The ring without the keys that sign and signed, in which the next ones sign at once: for keys that others may have. */
    KeyRing replaced(Instant now) {
        return new KeyRing(
                keys.stream()
                        .filter(key -> key.from().isAfter(now))
                        .map(key -> isNext(key, now) ? key.startingAt(now) : key)
                        .toList(),
                pairwise);
    }

    private boolean isNext(SigningKey key, Instant now) {
        return next(key.algorithm(), now).filter(key::equals).isPresent();
    }

    /** The public halves as a JWK set (RFC 7517). */
    String jwks() {
        return "{\"keys\":["
                + String.join(",", keys.stream().map(SigningKey::jwk).toList()) + "]}";
    }
}
