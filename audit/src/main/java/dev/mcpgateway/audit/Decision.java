package dev.mcpgateway.audit;

import java.util.List;
import java.util.Locale;

/**
 * What the policy said (JSON: {@code decision}).
 *
 * @param effect {@code decision.effect}: allow, deny or error; an error is a refusal
 * @param reasonCode {@code decision.reason_code}: stable code of the reason; may be empty
 * @param wouldRefuse {@code decision.would_refuse}: of a call that was observed and not held to its rules, what would have
 *     refused it: each a stable code, for some followed by a space and more; at most 64 are written
 */
public record Decision(Effect effect, String reasonCode, List<String> wouldRefuse) {
    /** The policy was not asked; left out of the record. */
    public static final Decision NONE = new Decision(Effect.NONE, "");

    /** What was said and held. */
    public Decision(Effect effect, String reasonCode) {
        this(effect, reasonCode, List.of());
    }

    /** Copies the list. */
    public Decision {
        wouldRefuse = List.copyOf(wouldRefuse);
    }

    /** The three answers, and none. */
    public enum Effect {
        /** Not asked. */
        NONE,
        /** Allowed. */
        ALLOW,
        /** Refused by a rule or by the absence of one. */
        DENY,
        /** Refused because the check itself failed. */
        ERROR;

        private final String json = name().toLowerCase(Locale.ROOT);

        String json() {
            return json;
        }
    }
}
