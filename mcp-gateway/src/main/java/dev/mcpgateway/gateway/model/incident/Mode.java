package dev.mcpgateway.gateway.model.incident;

import dev.mcpgateway.policy.ModelRules;
import java.time.Instant;

/** How models are served. */
public sealed interface Mode {
    /** As configured. */
    Mode NORMAL = new Normal();

    /** What every call of a model is held to beside the policy; nothing while models are served as configured. */
    ModelRules guardrails();

    /** As configured. */
    record Normal() implements Mode {
        @Override
        public ModelRules guardrails() {
            return ModelRules.NONE;
        }
    }

    /** Safe mode, by the known-good profile. */
    record Safe(Entered entered, KnownGood profile) implements Mode {
        @Override
        public ModelRules guardrails() {
            return profile.guardrails().rules();
        }
    }

    /**
     * Safe mode without a profile that could be used: no model is served.
     *
     * @param problem why, in an operator's words
     */
    record Shut(Entered entered, String problem) implements Mode {
        @Override
        public ModelRules guardrails() {
            return ModelRules.NONE;
        }
    }

    /**
     * How safe mode began.
     *
     * @param since when
     * @param by name of the operator's token, or what else it was
     * @param reason why, as the operator gave it
     */
    record Entered(Instant since, String by, String reason) {}
}
