package dev.mcpgateway.gateway.model;

import dev.mcpgateway.policy.Permit;

/** What callers may spend. */
@FunctionalInterface
interface Budgets {
    /** There is no limit, and nothing is counted. */
    Budgets NONE = (_, _, _) -> Reservation.FREE;

    /**
     * Sets aside what the call may cost at most at the dearest of its targets.
     *
     * @throws dev.mcpgateway.gateway.call.Refused if there is not as much left
     */
    Reservation reserve(ModelAsk ask, Permit permit, Plan plan);

    /**
     * Sets the same aside of a call that is not held to its limits: it is counted, and may overspend.
     *
     * @throws dev.mcpgateway.gateway.call.Refused if it cannot be counted
     */
    default Reservation count(ModelAsk ask, Permit permit, Plan plan) {
        return reserve(ask, permit, plan);
    }
}
