package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a provider refuses a key of the gateway: three times within five minutes, or in an hour more than five times as
 * often as in an hour of the week on average, and three times at the least.
 */
public final class AuthFailures {
    /** Refusals within {@link #WINDOW}. */
    public static final int FAILURES = 3;

    /** The short window. */
    public static final Duration WINDOW = Duration.ofMinutes(5);

    /** How many times the average. */
    public static final double TIMES = 5;

    static final int KEYS_MAX = 1_000;
    private static final int WEEK_HOURS = 168;
    private static final Duration QUIET = Duration.ofMinutes(15);

    private final PerKey<Key> keys = new PerKey<>(KEYS_MAX, Key::new);

    private static final class Key {
        private final Deque<Instant> last = new ArrayDeque<>();
        private final Counts hour = new Counts(Duration.ofMinutes(10), 6);
        private final Counts week = new Counts(Duration.ofHours(1), WEEK_HOURS);
        private Instant quietUntil = Instant.MIN;
    }

    /** None is known yet. */
    public AuthFailures() {}

    /** A provider refused one of its keys. */
    public synchronized Optional<Signal> refused(String provider, String key, Instant now) {
        String name = provider + "/" + key;
        Key state = keys.of(name);
        state.hour.add("", now);
        state.week.add("", now);
        state.last.addLast(now);
        if (state.last.size() > FAILURES) {
            state.last.removeFirst();
        }
        boolean burst = state.last.size() == FAILURES && !state.last.getFirst().isBefore(now.minus(WINDOW));
        long hour = total(state.hour.sums(now));
        double usual = (total(state.week.sums(now)) - hour) / (double) (WEEK_HOURS - 1);
        boolean risen = hour >= FAILURES && hour > TIMES * usual;
        if ((!burst && !risen) || now.isBefore(state.quietUntil)) {
            return Optional.empty();
        }
        state.quietUntil = now.plus(QUIET);
        return Optional.of(new Signal(
                Signal.Kind.AUTH_FAILURES,
                "",
                name,
                burst ? FAILURES : hour,
                burst ? FAILURES : TIMES * usual,
                burst
                        ? "the provider refused the key three times within five minutes"
                        : "the provider refuses the key far more often than in other hours of the week"));
    }

    private static long total(Map<String, Long> counts) {
        return Counts.total(counts);
    }
}
