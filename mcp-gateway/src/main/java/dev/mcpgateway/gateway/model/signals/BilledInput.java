package dev.mcpgateway.gateway.model.signals;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a provider bills far fewer tokens of the request than its bytes let expect, as one does that leaves a part of the
 * prompt out. How many tokens a byte is, is learnt for each tenant, model and power of four of bytes, since around short
 * texts there is more that is no text; a rise of calls that are more than {@value #SHORT_PERCENT} % below that is told as
 * {@link RiseOfShare} does.
 */
public final class BilledInput {
    static final int KEYS_MAX = 5_000;
    static final int SHORT_PERCENT = 30;

    /** Calls from which the tokens of a byte are learnt before any is compared with them. */
    private static final int ESTIMATED_CALLS = 50;

    private static final double MEMORY_CALLS = 1_000;
    private static final double SHORT = Math.log(1 - SHORT_PERCENT / 100.0);

    private final PerKey<Estimate> estimates = new PerKey<>(KEYS_MAX, Estimate::new);

    /** The mean of the logarithms, so that twice as many and half as many weigh the same. */
    private static final class Estimate {
        private final RiseOfShare rise = new RiseOfShare();
        private double calls;
        private double meanLog;

        void learn(double log) {
            calls = Math.min(calls + 1, MEMORY_CALLS);
            meanLog += (log - meanLog) / calls;
        }
    }

    /** None is known yet. */
    public BilledInput() {}

    /**
     * An answer was given and billed.
     *
     * @param target who gave it
     * @param bytes of the request
     * @param tokens of the request, as billed
     */
    public synchronized Optional<Signal> billed(String tenant, String target, long bytes, long tokens, Instant now) {
        if (bytes <= 0 || tokens <= 0) {
            return Optional.empty();
        }
        int size = (63 - Long.numberOfLeadingZeros(bytes)) / 2;
        Estimate estimate = estimates.of(tenant + '\n' + target + '\n' + size);
        double log = Math.log((double) tokens / bytes);
        if (estimate.calls < ESTIMATED_CALLS) {
            estimate.learn(log);
            return Optional.empty();
        }
        long expected = Math.round(bytes * Math.exp(estimate.meanLog));
        Optional<RiseOfShare.Risen> risen = estimate.rise.add(log < estimate.meanLog + SHORT, now);
        if (estimate.rise.isCalm()) {
            estimate.learn(log);
        }
        return risen.map(each -> new Signal(
                Signal.Kind.TRUNCATION_RISE,
                tenant,
                target,
                each.sum(),
                RiseOfShare.SUM,
                String.format(
                        Locale.ROOT,
                        "requests are billed at more than %d %% below their estimate far more often than the usual %.1f %%;"
                                + " the last one %d tokens where about %d were expected: a part of it may not have been read",
                        SHORT_PERCENT,
                        each.usual() * 100,
                        tokens,
                        expected)));
    }
}
