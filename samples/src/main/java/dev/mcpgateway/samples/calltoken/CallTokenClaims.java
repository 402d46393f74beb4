package dev.mcpgateway.samples.calltoken;

import java.time.Instant;

/**
 * What a verified call token says.
 *
 * @param subject who calls; the gateway's own URL for its lists
 * @param agent the program that calls for them; empty for the gateway itself
 * @param callId the call's id in the gateway's audit log; empty for requests that are no call
 * @param scope what it is good for
 * @param tokenId its own id
 * @param expiresAt its end
 */
public record CallTokenClaims(
        String subject, String agent, String callId, String scope, String tokenId, Instant expiresAt) {}
