package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.Workload;
import java.time.Duration;
import java.util.Map;

/**
 * One call of a model at one provider.
 *
 * @param request what the agent asks
 * @param target the provider's name of the model
 * @param headers further header fields of the agent's protocol, lower-case names, each value fit for a header
 * @param workload for whom it is asked
 * @param atMost what is left of the time that the agent's call may take; the provider's own limits hold beside it
 */
public record ModelCall(
        ModelRequest request, String target, Map<String, String> headers, Workload workload, Duration atMost) {
    /** Longer than any provider's own limit. */
    private static final Duration UNLIMITED = Duration.ofDays(1);

    /** A call of the gateway itself that the provider's own limits alone end. */
    public ModelCall(ModelRequest request, String target, Map<String, String> headers) {
        this(request, target, headers, Workload.GATEWAY, UNLIMITED);
    }

    /** The same, asking something else. */
    public ModelCall with(ModelRequest asked, Map<String, String> fields) {
        return new ModelCall(asked, target, fields, workload, atMost);
    }

    /** Copies the map. */
    public ModelCall {
        headers = Map.copyOf(headers);
    }
}
