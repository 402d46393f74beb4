/**
 * The gateway as an OAuth 2.1 client: it finds authorization servers (RFC 9728, RFC 8414, OpenID Connect Discovery),
 * sends browsers there with PKCE (RFC 7636) and a resource (RFC 8707), takes codes only from the server that it asked
 * (RFC 9207), and keeps the users' tokens alive. Every URL that somebody else wrote is fetched through the outbound guard,
 * without redirects, bounded in bytes and time.
 */
@org.jspecify.annotations.NullMarked
package dev.mcpgateway.connectors.oauth;
