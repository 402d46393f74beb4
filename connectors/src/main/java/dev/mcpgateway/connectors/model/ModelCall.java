package dev.mcpgateway.connectors.model;

import java.time.Duration;
import java.util.Map;

/**
 * One call of a model at one provider.
 *
 * @param request what the agent asks
 * @param target the provider's name of the model
 * @param headers further header fields of the agent's protocol, lower-case names, each value fit for a header
 * @param atMost what is left of the time that the agent's call may take; the provider's own limits hold beside it
 */
public record ModelCall(ModelRequest request, String target, Map<String, String> headers, Duration atMost) {
    /** Longer than any provider's own limit. */
    private static final Duration UNLIMITED = Duration.ofDays(1);

    /** A call that the provider's own limits alone end. */
    public ModelCall(ModelRequest request, String target, Map<String, String> headers) {
        this(request, target, headers, UNLIMITED);
    }

    /** Copies the map. */
    public ModelCall {
        headers = Map.copyOf(headers);
    }
}
