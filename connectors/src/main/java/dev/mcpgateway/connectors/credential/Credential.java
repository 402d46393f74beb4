package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.util.List;

/**
 * What goes on one request to an upstream. Set last, so that nothing a client sent can stand in its place.
 *
 * @param headers header fields; their values are secrets and never printed
 */
public record Credential(List<HttpHeader> headers) {
    /** Nothing is sent. */
    public static final Credential NONE = new Credential(List.of());

    /** Copies the list. */
    public Credential {
        headers = List.copyOf(headers);
    }
}
