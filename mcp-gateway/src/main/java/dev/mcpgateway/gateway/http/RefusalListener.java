package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.Refusal;

/** Is told of refusals that happen before or outside an endpoint's own handling. */
@FunctionalInterface
public interface RefusalListener {
    /**
     * Records the refusal.
     *
     * @return the refusal to answer with: the same, or another when it could not be recorded
     */
    Refusal refused(Exchange exchange, Refusal refusal);
}
