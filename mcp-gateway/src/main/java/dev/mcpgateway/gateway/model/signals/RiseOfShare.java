package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether something happens to more calls than it did: a CUSUM of the log-likelihood ratio between the usual share of such
 * calls and three times it (ten points more at the least). Learns the share first, and slowly afterwards. Not for several
 * threads.
 */
final class RiseOfShare {
    /** Where the sum says so: a false one comes once in more than 160,000 calls on average. */
    static final double SUM = 12;

    /** Calls that are learnt from before anything is said. */
    static final int LEARNT_CALLS = 200;

    private static final double MEMORY_CALLS = 5_000;
    private static final double SHARE_MIN = 0.01;
    private static final double SHARE_MAX = 0.5;
    private static final Duration QUIET = Duration.ofHours(1);

    private double calls;
    private double happened;
    private double sum;
    private Instant quietUntil = Instant.MIN;

    /**
     * It has risen.
     *
     * @param sum what the sum was
     * @param usual the share that was usual
     */
    record Risen(double sum, double usual) {}

    /** One more call, to which it happened or not. */
    Optional<Risen> add(boolean hasHappened, Instant now) {
        double share = Math.clamp(calls == 0 ? SHARE_MIN : happened / calls, SHARE_MIN, SHARE_MAX);
        boolean knows = calls >= LEARNT_CALLS;
        if (knows) {
            double risen = Math.min(0.95, Math.max(3 * share, share + 0.1));
            double step = hasHappened ? Math.log(risen / share) : Math.log((1 - risen) / (1 - share));
            sum = Math.max(0, sum + step);
        }
        if (!knows || isCalm()) {
            learn(hasHappened);
        }
        if (sum <= SUM || now.isBefore(quietUntil)) {
            return Optional.empty();
        }
        Risen risen = new Risen(sum, share);
        sum = 0;
        quietUntil = now.plus(QUIET);
        return Optional.of(risen);
    }

    /** Whether nothing looks like a rise: what may be the rise itself is not learnt from. */
    boolean isCalm() {
        return sum < SUM / 4;
    }

    private void learn(boolean hasHappened) {
        double kept = calls >= MEMORY_CALLS ? 1 - 1 / MEMORY_CALLS : 1;
        calls = calls * kept + 1;
        happened = happened * kept + (hasHappened ? 1 : 0);
    }
}
