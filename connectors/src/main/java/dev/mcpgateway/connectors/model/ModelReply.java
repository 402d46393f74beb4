package dev.mcpgateway.connectors.model;

/** What came of one call of a model. */
public sealed interface ModelReply {
    /**
     * A whole answer.
     *
     * @param body the provider's bytes, one JSON object
     * @param requestId the provider's id of the request; empty when there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Whole(byte[] body, String requestId, ModelFacts facts) implements ModelReply {}

    /** A stream whose first event is there. Whoever gets it closes it. */
    record Streaming(ModelStream stream) implements ModelReply {}

    /** No answer. */
    record Failed(ModelFailure failure) implements ModelReply {}
}
