package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.http.AnyExchange;
import dev.mcpgateway.gateway.identity.Caller;
import java.util.Map;

/**
 * One request of a verified caller.
 *
 * @param request what goes on: as it came, or as guardrails changed it
 * @param headers header fields that its protocol knows
 * @param asked the request as it came
 */
public record ModelAsk(
        AnyExchange exchange, Caller caller, ModelRequest request, Map<String, String> headers, ModelRequest asked) {
    /** A request as it came. */
    ModelAsk(AnyExchange exchange, Caller caller, ModelRequest request, Map<String, String> headers) {
        this(exchange, caller, request, headers, request);
    }

    /** The same, asking something else. */
    ModelAsk with(ModelRequest changed) {
        return new ModelAsk(exchange, caller, changed, headers, asked);
    }
}
