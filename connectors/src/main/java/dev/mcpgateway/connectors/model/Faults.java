package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.net.HttpFault;

/** What faults of the transport mean for a call. */
final class Faults {
    private Faults() {}

    /** Who stops waiting for a credential that is being issued has been refused none. */
    static ModelFailure failure(CredentialUnavailable none) {
        return Thread.currentThread().isInterrupted()
                ? ModelFailure.cancelled().unsent()
                : ModelFailure.of(Cause.NO_CREDENTIAL, String.valueOf(none.getMessage()));
    }

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
        ModelFailure failure = ModelFailure.of(cause, String.valueOf(fault.getMessage()));
        return fault.sent() ? failure : failure.unsent();
    }
}
