package dev.mcpgateway.connectors.model;

/**
 * Why there is no answer, or no complete one.
 *
 * @param cause what callers tell apart
 * @param status the provider's HTTP status, or the one that the error stands for which it sent in its place; 0 for none
 * @param body the provider's own error document, free of the credential; empty when there is none to pass on
 * @param retryAfterSeconds when the provider wants to be asked again; 0 when it does not say
 * @param requestId the provider's id of the request; empty when there is none
 * @param detail for operators; quotes nothing of the provider
 * @param facts what the answer said of itself before it failed: what it used is to be paid
 * @param sent whether the provider may have got any of the request; where it has not, nobody is to be paid
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record ModelFailure(
        Cause cause,
        int status,
        byte[] body,
        int retryAfterSeconds,
        String requestId,
        String detail,
        ModelFacts facts,
        boolean sent) {

    /** What callers tell apart: whether another attempt may help, and who is at fault. */
    public enum Cause {
        /** The request asks for what the provider's protocol cannot say. Nothing was sent; the detail is the agent's to read. */
        UNTRANSLATABLE,
        /** The gateway has no credential for the provider. Nothing was sent. */
        NO_CREDENTIAL,
        /** No connection, or none that is allowed. Nothing was sent. */
        NOT_CONNECTED,
        /** All connections to the provider are in use. Nothing was sent. */
        BUSY,
        /** The provider did not answer, or not go on, in time. */
        TIMED_OUT,
        /** The call's whole time is over, however lively its stream was. */
        OUT_OF_TIME,
        /** The connection broke, or the stream ended without its last event. */
        BROKEN,
        /** The answer is none in the provider's protocol. */
        MALFORMED,
        /**
         * The model has answered, and the gateway cannot pass that on: it is nested more deeply than is read, or says what the
         * agent's protocol has no words for. Who shaped it may be the agent, and the provider is paid for it all the same.
         */
        UNREADABLE,
        /** The answer is longer than allowed. */
        TOO_LARGE,
        /** The provider does not accept the gateway's credential. */
        CREDENTIAL_REFUSED,
        /** The provider knows the gateway, and does not serve this model, or anything from where it is, to it. */
        NOT_ENTITLED,
        /** More than may be asked of the model for now (429). */
        RATE_LIMITED,
        /** The gateway's account may spend nothing more, whichever model is asked (429). */
        OVER_QUOTA,
        /** The request does not fit into the model's context. */
        TOO_LONG,
        /** The provider refuses this request (other 4xx). */
        REJECTED,
        /** The provider failed (5xx), or said so in the place of an answer. */
        PROVIDER_ERROR,
        /** The calling thread was interrupted: nobody waits for the answer. */
        CANCELLED
    }

    /** A failure of a request that was sent. */
    public ModelFailure(
            Cause cause,
            int status,
            byte[] body,
            int retryAfterSeconds,
            String requestId,
            String detail,
            ModelFacts facts) {
        this(cause, status, body, retryAfterSeconds, requestId, detail, facts, true);
    }

    /** A failure of whose answer nothing is known. */
    public ModelFailure(Cause cause, int status, byte[] body, int retryAfterSeconds, String requestId, String detail) {
        this(cause, status, body, retryAfterSeconds, requestId, detail, ModelFacts.NONE);
    }

    /** The same with what the answer said of itself. */
    public ModelFailure with(ModelFacts said) {
        return new ModelFailure(cause, status, body, retryAfterSeconds, requestId, detail, said, sent);
    }

    /** The same of a request that never went out. */
    public ModelFailure unsent() {
        return new ModelFailure(cause, status, body, retryAfterSeconds, requestId, detail, facts, false);
    }

    /** Nobody waits for the answer any more. */
    public static ModelFailure cancelled() {
        return of(Cause.CANCELLED, "cancelled");
    }

    /**
     * The failure that an error tells of which came in an event, or in the place of an answer. Whose fault it is, its codes
     * say; where they do not, it is the provider's.
     *
     * @param document the event's data, or the answer
     */
    public static ModelFailure saidIn(byte[] document, String detail) {
        return ProviderError.in(document).failure(detail);
    }

    /** A failure without an answer of the provider. */
    public static ModelFailure of(Cause cause, String detail) {
        return new ModelFailure(cause, 0, new byte[0], 0, "", detail);
    }
}
