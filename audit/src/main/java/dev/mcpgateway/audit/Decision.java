package dev.mcpgateway.audit;

import java.util.Locale;

/**
 * What the policy said (JSON: {@code decision}).
 *
 * @param effect {@code decision.effect}: allow, deny or error; an error is a refusal
 * @param reasonCode {@code decision.reason_code}: stable code of the reason; may be empty
 */
public record Decision(Effect effect, String reasonCode) {
    /** The policy was not asked; left out of the record. */
    public static final Decision NONE = new Decision(Effect.NONE, "");

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
