package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;

/** What came of a question to an agent. */
sealed interface AgentAnswer {

    /**
     * The agent answered.
     *
     * @param message a result or an error; nothing of it was checked but its shape and size
     */
    record Given(Envelope message) implements AgentAnswer {}

    /** There is no answer, and there will be none. */
    record Missing(Why why) implements AgentAnswer {}

    /** Why there is no answer. */
    enum Why {
        /** The time was over. */
        TOO_LATE,
        /** The agent does not take event streams, or did not take the question. */
        NOT_TAKEN,
        /** So many questions are open in this session that none may be added. */
        TOO_MANY,
        /** The session ended. */
        SESSION_ENDED,
        /** The asking thread was interrupted; its interrupt status is set. */
        INTERRUPTED
    }
}
