package dev.mcpgateway.connectors.model;

import java.util.List;

/** What came of one call of a model. */
public sealed interface ModelReply {
    /**
     * A whole answer.
     *
     * @param body the provider's bytes, one JSON object
     * @param requestId the provider's id of the request; empty when there is none
     * @param dropped what of request and answer could not be passed on, in printable ASCII
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Whole(byte[] body, String requestId, ModelFacts facts, List<String> dropped) implements ModelReply {
        /** Copies the list. */
        public Whole {
            dropped = List.copyOf(dropped);
        }

        /** All of it is passed on. */
        public Whole(byte[] body, String requestId, ModelFacts facts) {
            this(body, requestId, facts, List.of());
        }
    }

    /** A stream whose first event is there. Whoever gets it closes it. */
    record Streaming(ModelStream stream) implements ModelReply {}

    /** No answer. */
    record Failed(ModelFailure failure) implements ModelReply {}
}
