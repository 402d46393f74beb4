package dev.mcpgateway.connectors.model;

/** A request that no provider could serve. The message is for the agent and quotes nothing of the request. */
public final class BadModelRequest extends Exception {
    private static final long serialVersionUID = 1L;

    BadModelRequest(String message) {
        super(message, null, false, false);
    }
}
