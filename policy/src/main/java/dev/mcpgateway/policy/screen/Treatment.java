package dev.mcpgateway.policy.screen;

import dev.mcpgateway.policy.ScreenAction;

/** What was done to a message, from the mildest to the strongest. */
public enum Treatment {
    /** Delivered unchanged; findings of rules in shadow mode may be recorded. */
    ALLOW,
    /** Delivered unchanged, with findings. */
    FLAG,
    /** Delivered with matched text replaced. */
    REDACT,
    /** Withheld. */
    BLOCK;

    static Treatment of(ScreenAction action) {
        return switch (action) {
            case FLAG -> FLAG;
            case REDACT -> REDACT;
            case BLOCK -> BLOCK;
        };
    }

    Treatment strongest(Treatment other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
