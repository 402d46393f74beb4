package dev.mcpgateway.gateway.identity;

import java.util.List;

/** Verifies credentials that are no JWT of an issuer with published keys, or looks at such ones a second time. */
public abstract sealed class TokenVerifier permits VirtualKeys {
    /** Whether the text has the form of its credentials: at most one verifier may say so. Believes nothing. */
    abstract boolean takes(String token);

    /**
     * The caller whom a credential of its form names.
     *
     * @throws BadToken if it is not good here
     * @throws KeysUnavailable if that cannot be found out now
     */
    abstract Caller verify(String token, String audience) throws BadToken, KeysUnavailable;

    /**
     * Looks at a JWT whose signature and claims are good.
     *
     * @throws BadToken if it is not good any more
     * @throws KeysUnavailable if that cannot be found out now
     */
    void confirm(Caller caller, String token) throws BadToken, KeysUnavailable {}

    /** What keeps it from verifying, in an operator's words; empty when nothing does. */
    List<String> notReady() {
        return List.of();
    }
}
