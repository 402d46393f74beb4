package dev.mcpgateway.connectors.oauth;

import java.util.List;

/**
 * What an MCP server says of its protection (RFC 9728).
 *
 * @param resource its identifier: what tokens are asked for
 * @param authorizationServers identifiers of the servers whose tokens it takes; at least one
 * @param scopes scopes that it knows or, where its refusal named some, those
 */
public record ProtectedResource(String resource, List<String> authorizationServers, List<String> scopes) {
    /** Copies the lists. */
    public ProtectedResource {
        authorizationServers = List.copyOf(authorizationServers);
        scopes = List.copyOf(scopes);
    }
}
