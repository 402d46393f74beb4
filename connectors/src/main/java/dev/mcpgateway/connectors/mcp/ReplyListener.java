package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;

/** Hears what an upstream says about a call before it answers. */
@FunctionalInterface
public interface ReplyListener {
    /** Hears nothing. */
    ReplyListener NONE = message -> {};

    /**
     * A progress or log notification of this call and no other. A progress notification carries the agent's own token and
     * is greater than the one before. Called on the calling thread, before {@link McpUpstream#call} returns.
     */
    void notification(Envelope message);
}
