package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether more of a tenant's answers end at their length than did: a CUSUM of the log-likelihood ratio between the tenant's
 * own share of such answers and three times it (ten points more at the least). Learns the share first, and slowly afterwards.
 */
public final class TruncationRise {
    /** Where the sum raises the signal: a false one comes once in more than 160,000 calls on average. */
    public static final double SUM = 12;

    /** Calls of a tenant that are learnt from before anything is raised. */
    public static final int LEARNT_CALLS = 200;

    static final int TENANTS_MAX = 5_000;
    private static final double MEMORY_CALLS = 5_000;
    private static final double SHARE_MIN = 0.01;
    private static final double SHARE_MAX = 0.5;
    private static final Duration QUIET = Duration.ofHours(1);

    /** What providers call it. */
    private static final Set<String> LENGTH = Set.of(
            "length",
            "max_tokens",
            "max_output_tokens",
            "model_context_window_exceeded",
            "incomplete:max_output_tokens");

    private final PerKey<Tenant> tenants = new PerKey<>(TENANTS_MAX, Tenant::new);

    private static final class Tenant {
        private double calls;
        private double cut;
        private double sum;
        private Instant quietUntil = Instant.MIN;
    }

    /** None is known yet. */
    public TruncationRise() {}

    /** An answer of the tenant ended for this reason, in a provider's word. */
    public synchronized Optional<Signal> finished(String tenant, String finishReason, Instant now) {
        Tenant state = tenants.of(tenant);
        boolean isCut = LENGTH.contains(finishReason.toLowerCase(Locale.ROOT));
        double share = Math.clamp(state.calls == 0 ? SHARE_MIN : state.cut / state.calls, SHARE_MIN, SHARE_MAX);
        boolean knows = state.calls >= LEARNT_CALLS;
        if (knows) {
            double risen = Math.min(0.95, Math.max(3 * share, share + 0.1));
            double step = isCut ? Math.log(risen / share) : Math.log((1 - risen) / (1 - share));
            state.sum = Math.max(0, state.sum + step);
        }
        // what may be the rise itself is not learnt from
        if (!knows || state.sum < SUM / 4) {
            learn(state, isCut);
        }
        if (state.sum <= SUM || now.isBefore(state.quietUntil)) {
            return Optional.empty();
        }
        double sum = state.sum;
        state.sum = 0;
        state.quietUntil = now.plus(QUIET);
        return Optional.of(new Signal(
                Signal.Kind.TRUNCATION_RISE,
                tenant,
                finishReason,
                sum,
                SUM,
                "answers are cut at their length far more often than the usual "
                        + String.format(Locale.ROOT, "%.1f", share * 100) + " %"));
    }

    private static void learn(Tenant state, boolean isCut) {
        double kept = state.calls >= MEMORY_CALLS ? 1 - 1 / MEMORY_CALLS : 1;
        state.calls = state.calls * kept + 1;
        state.cut = state.cut * kept + (isCut ? 1 : 0);
    }
}
