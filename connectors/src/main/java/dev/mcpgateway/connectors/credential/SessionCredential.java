package dev.mcpgateway.connectors.credential;

/**
 * Credentials for what surrounds calls, made when each request is: a session outlives many of them, and a token may live
 * for a minute only.
 */
@FunctionalInterface
public interface SessionCredential {

    /**
     * The credential for the next request.
     *
     * @throws CredentialUnavailable if there is none
     */
    Credential now() throws CredentialUnavailable;

    /**
     * It was sent, and not taken.
     *
     * @param status 401 or 403
     * @param challenge value of {@code WWW-Authenticate}; empty for none
     */
    default void refused(int status, String challenge) {}

    /** Always the same. */
    static SessionCredential of(Credential credential) {
        return () -> credential;
    }

    /** Issued anew for each request. */
    static SessionCredential of(UpstreamCredential mode, CredentialUse use) {
        return () -> mode.issue(use);
    }
}
