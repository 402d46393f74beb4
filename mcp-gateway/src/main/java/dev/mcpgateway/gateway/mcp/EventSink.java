package dev.mcpgateway.gateway.mcp;

/** Where messages to an agent go while its request is open: the event stream of that request. */
@FunctionalInterface
interface EventSink {
    /** Sends one message. Blocks until the peer took it; {@code false} if it did not, within the write deadline. */
    boolean send(byte[] message);
}
