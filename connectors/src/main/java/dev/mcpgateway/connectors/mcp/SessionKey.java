package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;

/**
 * Whose session, and with which capabilities: sessions of equal keys are one session.
 *
 * @param principal an opaque key; empty for the gateway itself
 * @param capabilities what is declared when it is opened
 */
record SessionKey(String principal, ClientCapabilities capabilities) {

    /** The gateway's own session, in which no one can be asked, whatever is declared. */
    static SessionKey own(ClientCapabilities capabilities) {
        return new SessionKey("", capabilities);
    }
}
