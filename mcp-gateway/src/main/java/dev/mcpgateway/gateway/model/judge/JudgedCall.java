package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.identity.Caller;
import org.jspecify.annotations.Nullable;

/**
 * The call that something is about.
 *
 * @param asker whose conversation it is
 * @param model what was asked for
 * @param traceparent its trace context; {@code null} for none
 */
record JudgedCall(
        String id, Caller asker, String model, @Nullable String traceparent) {
    /** A request of the gateway's own about it. */
    OwnExchange request(String newId) {
        return new OwnExchange(newId, id, traceparent);
    }
}
