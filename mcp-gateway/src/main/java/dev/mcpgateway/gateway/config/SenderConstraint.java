package dev.mcpgateway.gateway.config;

/**
 * To what the tokens of an issuer must be bound, so that a stolen one is of no use. A token that is bound is never taken
 * without its proof, whatever is required.
 */
public enum SenderConstraint {
    /** To nothing. */
    NONE,
    /** To a key that signs a proof with each request (RFC 9449). */
    DPOP,
    /** To the client certificate of the connection (RFC 8705). */
    MTLS,
    /** To one or the other. */
    ANY
}
