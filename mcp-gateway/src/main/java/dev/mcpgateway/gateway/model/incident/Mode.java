package dev.mcpgateway.gateway.model.incident;

import java.time.Instant;

/** How models are served. */
public sealed interface Mode {
    /** As configured. */
    Mode NORMAL = new Normal();

    /** As configured. */
    record Normal() implements Mode {}

    /** Safe mode, by the known-good profile. */
    record Safe(Entered entered, KnownGood profile) implements Mode {}

    /**
     * Safe mode without a profile that could be used: no model is served.
     *
     * @param problem why, in an operator's words
     */
    record Shut(Entered entered, String problem) implements Mode {}

    /**
     * How safe mode began.
     *
     * @param since when
     * @param by name of the operator's token, or what else it was
     * @param reason why, as the operator gave it
     */
    record Entered(Instant since, String by, String reason) {}
}
