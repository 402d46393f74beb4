package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether another model answered than was asked, by what the provider says of itself. A dated or otherwise extended name
 * ({@code gpt-x-2026-01-01} for {@code gpt-x}) is the same model; names may have a path before them.
 */
public final class ServedMismatch {
    static final int PAIRS_MAX = 1_000;
    private static final Duration QUIET = Duration.ofHours(1);
    private static final String LATEST = "-latest";

    private final PerKey<Pair> pairs = new PerKey<>(PAIRS_MAX, Pair::new);

    private static final class Pair {
        private Instant quietUntil = Instant.MIN;
    }

    /** None is known yet. */
    public ServedMismatch() {}

    /** A provider was asked for one model and says that another one answered. */
    public synchronized Optional<Signal> answered(
            String tenant, String provider, String asked, String served, Instant now) {
        if (served.isEmpty() || asked.isEmpty() || isSame(asked, served)) {
            return Optional.empty();
        }
        Pair pair = pairs.of(provider + "\n" + asked + "\n" + served);
        if (now.isBefore(pair.quietUntil)) {
            return Optional.empty();
        }
        pair.quietUntil = now.plus(QUIET);
        return Optional.of(new Signal(
                Signal.Kind.MODEL_MISMATCH, tenant, provider, 1, 0, "asked for " + asked + ", served by " + served));
    }

    private static boolean isSame(String asked, String served) {
        String wanted = plain(asked);
        return plain(served)
                .startsWith(wanted.endsWith(LATEST) ? wanted.substring(0, wanted.length() - LATEST.length()) : wanted);
    }

    private static String plain(String name) {
        return name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
}
