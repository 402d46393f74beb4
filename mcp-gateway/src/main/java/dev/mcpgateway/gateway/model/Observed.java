package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.Decision.Effect;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.Permit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How one call is met that may be observed, and what would have refused it. Used by one thread. */
final class Observed {
    /** Of a call that is held to its rules. */
    static final Observed NOT = new Observed(null);

    private static final Set<Reason> LIMITS = EnumSet.of(
            Reason.RATE_LIMITED, Reason.OVER_BUDGET, Reason.BUDGET_HELD, Reason.TOO_MANY_TOKENS, Reason.NO_PRICE);

    private final @Nullable Permit permit;
    private final List<String> wouldRefuse = new ArrayList<>();

    /** Of a call that is observed with this permit. */
    Observed(@Nullable Permit permit) {
        this.permit = permit;
    }

    /** Whether it is held to its rules and limits. */
    boolean isHeld() {
        return permit == null;
    }

    /** What holds in the place of a decision: of a call that is observed, what no rule says anything about is allowed. */
    Decision instead(Decision decision) {
        if (permit == null) {
            return decision;
        }
        return switch (decision) {
            case Decision.Deny(String reason, @Nullable String ruleId)
            when ruleId == null -> {
                wouldRefuse.add(Reason.MODEL_HIDDEN.code() + " " + reason);
                yield new Decision.Allow(permit);
            }
            case Decision.NeedsScope(var scopes) -> {
                wouldRefuse.add(Reason.NEEDS_SCOPE.code() + " " + String.join(" ", scopes));
                yield new Decision.Allow(permit);
            }
            case Decision.Deny forbidden -> forbidden;
            case Decision.Allow allowed -> allowed;
        };
    }

    /** Keeps a limit, or notes that it would be. */
    void limit(Runnable limit) {
        try {
            limit.run();
        } catch (Refused refused) {
            pass(refused);
        }
    }

    /** Sets money aside; what is over a budget is counted all the same. */
    Reservation reserve(Budgets budgets, ModelAsk ask, Permit permitted, Plan plan) {
        try {
            return budgets.reserve(ask, permitted, plan);
        } catch (Refused refused) {
            pass(refused);
            return budgets.count(ask, permitted, plan);
        }
    }

    private void pass(Refused refused) {
        if (permit == null || !LIMITS.contains(refused.why().reason())) {
            throw refused;
        }
        wouldRefuse.add((refused.why().reason().code() + " " + refused.why().detail()).strip());
    }

    /** What the record of the intent says. */
    dev.mcpgateway.audit.Decision decision() {
        return permit == null
                ? new dev.mcpgateway.audit.Decision(Effect.ALLOW, "")
                : new dev.mcpgateway.audit.Decision(Effect.ALLOW, "observed", wouldRefuse);
    }
}
