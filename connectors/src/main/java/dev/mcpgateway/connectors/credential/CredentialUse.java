package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.wire.Envelope;
import java.util.List;

/**
 * What a credential is asked for. Every mode of credential says for each of these what it gives, so that a token for one
 * call cannot end up on a session, nor one user's on a list that all users share.
 */
public sealed interface CredentialUse {

    /**
     * One call that is permitted and recorded.
     *
     * @param principal who calls
     * @param request the agent's request; its arguments go upstream byte for byte
     * @param target the upstream's own name or URI of what is called
     * @param callId the call's id in the audit log
     * @param policyHash the policy that permitted it
     */
    record Call(Principal principal, Envelope request, String target, String callId, String policyHash)
            implements CredentialUse {}

    /**
     * What surrounds calls: opening and ending a session, listening in it, watching a resource.
     *
     * @param principal whose session it is
     */
    record Session(Principal principal) implements CredentialUse {}

    /** The gateway's own questions: which revision is spoken, what is offered, what has changed. */
    record Own() implements CredentialUse {}

    /** One call of a model that is permitted and recorded. */
    record Model(Workload workload) implements CredentialUse {}

    /**
     * One request that a signature is to hold for and nothing else. The fields given are signed and must be sent as they
     * are.
     *
     * @param workload for whom it is sent
     * @param method an upper-case method
     * @param target path and query, percent-encoded as they go into the request line
     * @param body the bytes that are sent; empty for none. Not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // signed once, never compared
    record Request(
            Workload workload, HttpOrigin origin, String method, String target, List<HttpHeader> headers, byte[] body)
            implements CredentialUse {
        /** A request of the gateway's own. */
        public Request(HttpOrigin origin, String method, String target, List<HttpHeader> headers, byte[] body) {
            this(Workload.GATEWAY, origin, method, target, headers, body);
        }

        /** Copies the list. */
        public Request {
            headers = List.copyOf(headers);
        }
    }
}
