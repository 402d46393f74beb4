package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.http.Exchange;
import java.util.List;

/** The IDENTIFY stage: a credential becomes a {@link Caller}, or the request ends. There is no "else anonymous". */
public sealed interface Authenticator permits TokenAuthenticator, LoopbackTestCaller {
    /**
     * Verifies the credential of this request for this audience.
     *
     * @param audience the canonical URI of the view that is asked (RFC 8707)
     * @throws dev.mcpgateway.gateway.call.Refused if there is none, it is not valid here, or it cannot be verified now
     */
    Caller authenticate(Exchange exchange, String audience);

    /**
     * The same for a call of a model, whose credential may stand in {@code x-api-key} as well, where Anthropic's clients
     * put it. Two that differ are refused.
     */
    Caller authenticateModelCall(Exchange exchange, String audience);

    /** What keeps credentials from being verified at the moment, in an operator's words; empty when nothing does. */
    List<String> notReady();
}
