package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.gateway.model.ModelAsk;

/** What waits to be done. */
sealed interface Work {
    /** The call that it is about. */
    JudgedCall of();

    /** When that was answered. */
    long sinceNanos();

    /** An answer is to be judged. */
    record Judging(Sample sample, long sinceNanos) implements Work {
        @Override
        public JudgedCall of() {
            return sample.of();
        }
    }

    /** A call is to be sent to somebody else, too. */
    record Again(JudgedCall of, ModelRequest request, ModelAsk.Copy copy, long sinceNanos) implements Work {}
}
