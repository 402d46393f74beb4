package dev.mcpgateway.gateway.model;

import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.policy.Permit;

/** What the stages before RECORD give: all that the others need, and what is to be given back. */
record Admitted(
        ModelAsk ask,
        Plan plan,
        Permit permit,
        Guardrails.OnCall guard,
        Admission.Place place,
        Reservation reservation,
        ModelCache.Lookup cached,
        ContentKeeper.OnCall content,
        Observed observed)
        implements AutoCloseable {
    ModelTable.Target target() {
        return plan.first();
    }

    /** An answer that was kept costs nothing. */
    Reservation toSettle() {
        return cached instanceof ModelCache.Lookup.Hit ? Reservation.FREE : reservation;
    }

    /** Which cache has the answer; empty for none. */
    String cachedBy() {
        return cached instanceof ModelCache.Lookup.Hit hit ? hit.by() : "";
    }

    ModelCache.Keeper keeper() {
        return cached instanceof ModelCache.Lookup.Miss(ModelCache.Keeper keeper, var _)
                ? keeper
                : ModelCache.Keeper.NOTHING;
    }

    @Override
    public void close() {
        try (place) {
            content.close();
            keeper().close();
            reservation.close();
        }
    }
}
