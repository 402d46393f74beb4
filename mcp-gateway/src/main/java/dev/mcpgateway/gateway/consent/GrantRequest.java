package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is asked of an upstream's authorization server, fixed before the browser is sent there: the answer is taken from
 * this server alone.
 *
 * @param client as which client
 * @param resource what for (RFC 8707)
 * @param scopes which scopes; empty for whatever it gives
 */
record GrantRequest(
        AuthorizationServer server, ClientAuthentication client, String resource, SortedSet<String> scopes) {
    /** Copies the scopes. */
    GrantRequest {
        scopes = new TreeSet<>(scopes);
    }
}
