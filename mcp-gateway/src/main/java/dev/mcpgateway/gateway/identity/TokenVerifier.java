package dev.mcpgateway.gateway.identity;

import java.util.List;

/** Verifies credentials that are no JWT of an issuer with published keys, or looks at such ones a second time. */
public abstract sealed class TokenVerifier permits Introspection, VirtualKeys {
    /** What stands before costly work for a credential that nobody has looked at yet. */
    @FunctionalInterface
    interface Gate {
        /**
         * Passes if the work may be done.
         *
         * @throws dev.mcpgateway.gateway.call.Refused if too many credentials of the same sender were bad
         */
        void pass();
    }

    /** Whether the text has the form of its credentials: at most one verifier may say so. Believes nothing. */
    abstract boolean takes(String token);

    /**
     * What a credential of its form says. Its sender is not looked at.
     *
     * @throws BadToken if it is not good here
     * @throws KeysUnavailable if that cannot be found out now
     */
    abstract VerifiedToken verify(String token, String audience, Gate gate) throws BadToken, KeysUnavailable;

    /**
     * Looks at a JWT whose signature and claims are good.
     *
     * @throws BadToken if it is not good any more
     * @throws KeysUnavailable if that cannot be found out now
     */
    void confirm(VerifiedToken jwt, String token, Gate gate) throws BadToken, KeysUnavailable {}

    /** What keeps it from verifying, in an operator's words; empty when nothing does. */
    List<String> notReady() {
        return List.of();
    }
}
