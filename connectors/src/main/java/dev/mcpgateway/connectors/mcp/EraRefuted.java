package dev.mcpgateway.connectors.mcp;

/** The server refused {@code initialize}: it is not what it was taken for. Nothing else was sent. */
final class EraRefuted extends UpstreamFault {
    private static final long serialVersionUID = 1L;

    EraRefuted(UpstreamReply reply) {
        super(reply);
    }
}
