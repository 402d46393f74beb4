package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.CallCredential;
import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.SessionCredential;

/** Credentials at the moment of sending; without one nothing was sent, and the upstream is not to blame. */
final class Credentials {
    private Credentials() {}

    /** For a request around calls. */
    static Credential of(SessionCredential session) throws UpstreamFault {
        try {
            return session.now();
        } catch (CredentialUnavailable unavailable) {
            throw fault(unavailable);
        }
    }

    /** For one attempt of a call. */
    static Credential of(CallCredential call) throws UpstreamFault {
        try {
            return call.forAttempt();
        } catch (CredentialUnavailable unavailable) {
            throw fault(unavailable);
        }
    }

    private static UpstreamFault fault(CredentialUnavailable unavailable) {
        return new UpstreamFault("there is no credential for it: " + unavailable.getMessage());
    }
}
