package dev.mcpgateway.gateway.model.signals;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Whether more of a tenant's answers end at their length than did, as {@link RiseOfShare} tells it. */
public final class TruncationRise {
    /** Calls of a tenant that are learnt from before anything is raised. */
    public static final int LEARNT_CALLS = RiseOfShare.LEARNT_CALLS;

    static final int TENANTS_MAX = 5_000;

    /** What providers call it. */
    private static final Set<String> LENGTH = Set.of(
            "length",
            "max_tokens",
            "max_output_tokens",
            "model_context_window_exceeded",
            "incomplete:max_output_tokens");

    private final PerKey<RiseOfShare> tenants = new PerKey<>(TENANTS_MAX, RiseOfShare::new);

    /** None is known yet. */
    public TruncationRise() {}

    /** An answer of the tenant ended for this reason, in a provider's word. */
    public synchronized Optional<Signal> finished(String tenant, String finishReason, Instant now) {
        boolean isCut = LENGTH.contains(finishReason.toLowerCase(Locale.ROOT));
        return tenants.of(tenant)
                .add(isCut, now)
                .map(risen -> new Signal(
                        Signal.Kind.TRUNCATION_RISE,
                        tenant,
                        finishReason,
                        risen.sum(),
                        RiseOfShare.SUM,
                        "answers are cut at their length far more often than the usual "
                                + String.format(Locale.ROOT, "%.1f", risen.usual() * 100) + " %"));
    }
}
