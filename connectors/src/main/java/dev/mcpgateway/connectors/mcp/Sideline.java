package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;

/** Gets what comes on a request's stream beside its response. */
@FunctionalInterface
interface Sideline {
    /** A notification, a request of the server, or a response that belongs to no request of ours. */
    void message(Envelope message);
}
