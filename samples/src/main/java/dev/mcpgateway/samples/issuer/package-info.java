/**
 * An issuer of access tokens for the quickstart and for tests. It signs what it is asked to sign, for whoever knows one
 * secret file, and says so: in its start-up line, in its {@code iss}, and here. It is a sample, not an identity
 * provider.
 *
 * <p>Endpoints, below {@code http://127.0.0.1:PORT}: metadata at
 * {@code /.well-known/oauth-authorization-server/sample-issuer} (RFC 8414), keys at {@code /sample-issuer/jwks}
 * (RFC 7517), tokens at {@code /sample-issuer/token} (RFC 6749 section 4.4, RFC 8707; tokens after RFC 9068).
 */
package dev.mcpgateway.samples.issuer;
