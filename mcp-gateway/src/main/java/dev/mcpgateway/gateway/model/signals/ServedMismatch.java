package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Answers of another model than was asked for, as {@code served_as} of the target says it: each pair once an hour.
 */
public final class ServedMismatch {
    static final int PAIRS_MAX = 1_000;
    private static final Duration QUIET = Duration.ofHours(1);

    private final PerKey<Pair> pairs = new PerKey<>(PAIRS_MAX, Pair::new);

    private static final class Pair {
        private Instant quietUntil = Instant.MIN;
    }

    /** None is known yet. */
    public ServedMismatch() {}

    /** A provider was asked for one model and says that another one answered. */
    public synchronized Optional<Signal> answered(
            String tenant, String provider, String asked, String served, Instant now) {
        Pair pair = pairs.of(provider + "\n" + asked + "\n" + served);
        if (now.isBefore(pair.quietUntil)) {
            return Optional.empty();
        }
        pair.quietUntil = now.plus(QUIET);
        return Optional.of(new Signal(
                Signal.Kind.MODEL_MISMATCH, tenant, provider, 1, 0, "asked for " + asked + ", served by " + served));
    }
}
