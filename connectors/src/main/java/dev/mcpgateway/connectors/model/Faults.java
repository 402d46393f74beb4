package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.HttpFault;

/** What faults of the transport mean for a call. */
final class Faults {
    private Faults() {}

    static ModelFailure failure(HttpFault fault) {
        Cause cause = switch (fault.kind()) {
            case BLOCKED, NOT_CONNECTED -> Cause.NOT_CONNECTED;
            case NO_CONNECTION_FREE -> Cause.BUSY;
            case BROKEN -> Cause.BROKEN;
            case DEADLINE -> Cause.TIMED_OUT;
            case CANCELLED -> Cause.CANCELLED;
            case MALFORMED -> Cause.MALFORMED;
            case TOO_LARGE -> Cause.TOO_LARGE;
        };
        return ModelFailure.of(cause, String.valueOf(fault.getMessage()));
    }
}
