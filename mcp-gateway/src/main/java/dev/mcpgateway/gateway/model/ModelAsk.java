package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.Caller;
import java.util.Map;

/**
 * One request of a verified caller.
 *
 * @param headers header fields that its protocol knows
 */
record ModelAsk(Exchange exchange, Caller caller, ModelRequest request, Map<String, String> headers) {
    /** The same, asking something else. */
    ModelAsk with(ModelRequest changed) {
        return new ModelAsk(exchange, caller, changed, headers);
    }
}
