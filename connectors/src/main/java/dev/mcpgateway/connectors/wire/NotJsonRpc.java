package dev.mcpgateway.connectors.wire;

/** A well-formed JSON text that is not one JSON-RPC 2.0 message as MCP allows it. The message quotes no content. */
public final class NotJsonRpc extends Exception {
    private static final long serialVersionUID = 1L;

    private final int id;

    NotJsonRpc(String message, int id) {
        super(message, null, false, false);
        this.id = id;
    }

    /** The node of a usable request id, so that the error can carry it; {@link JsonDocument#NONE} if there is none. */
    public int id() {
        return id;
    }
}
