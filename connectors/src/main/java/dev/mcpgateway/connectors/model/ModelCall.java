package dev.mcpgateway.connectors.model;

import java.util.Map;

/**
 * One call of a model at one provider.
 *
 * @param request what the agent asks
 * @param target the provider's name of the model
 * @param headers further header fields of the agent's protocol, lower-case names, each value fit for a header
 */
public record ModelCall(ModelRequest request, String target, Map<String, String> headers) {
    /** Copies the map. */
    public ModelCall {
        headers = Map.copyOf(headers);
    }
}
