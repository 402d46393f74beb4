package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.model.ModelAsk;

/** What waits to be done. */
sealed interface Work {
    /**
     * An answer is to be judged.
     *
     * @param sinceNanos when it was complete
     */
    record Judging(Sample sample, long sinceNanos) implements Work {}

    /** A call is to be sent to somebody else, too. */
    record Again(ModelRequest request, ModelAsk.Copy copy) implements Work {}
}
