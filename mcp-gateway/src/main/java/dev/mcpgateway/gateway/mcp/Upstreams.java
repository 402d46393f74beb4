package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.connectors.credential.CallCredential;
import dev.mcpgateway.connectors.credential.ConsentNeeded;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.CredentialUse;
import dev.mcpgateway.connectors.credential.Principal;
import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.credential.SubjectToken;
import dev.mcpgateway.connectors.credential.TokenExchange;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.credential.UserOAuth;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.ResourceWatch;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.oauth.Challenge;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.identity.TokenToExchange;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The upstreams by alias, with what the configuration says about calls to each. */
public final class Upstreams {
    private final Map<String, Upstream> byAlias;
    private final Consents consents;

    /**
     * One upstream.
     *
     * @param credential what it gets instead of the caller's token
     * @param callTimeout absolute limit of one call
     * @param concurrentCalls most calls at once
     * @param relay what it may ask of the agent during a call
     */
    public record Upstream(
            McpUpstream upstream,
            UpstreamCredential credential,
            Duration callTimeout,
            int concurrentCalls,
            Set<InputKind> relay) {
        /** Copies {@code relay}. */
        public Upstream {
            relay = Set.copyOf(relay);
        }
    }

    /** All of them, none of which needs a user's consent. */
    public Upstreams(Map<String, Upstream> byAlias) {
        this(byAlias, Consents.NONE);
    }

    /** All of them, and how a user agrees to the use of one. */
    public Upstreams(Map<String, Upstream> byAlias, Consents consents) {
        this.byAlias = Map.copyOf(byAlias);
        this.consents = consents;
    }

    /** The page that the user is to open; empty if there is no way for this user. */
    Optional<URI> consent(AgentRequest request, ConsentNeeded needed) {
        return consents.begin(request.caller(), needed.upstream(), needed.scopes());
    }

    /** Limits of concurrency by alias. */
    Map<String, Integer> concurrentCalls() {
        return byAlias.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().concurrentCalls()));
    }

    /** The credential for one call that is permitted and recorded. */
    CallCredential credential(Permit permit, AuditTicket ticket, AgentRequest request) throws CredentialUnavailable {
        if (ticket.callId().isEmpty()) {
            throw new IllegalArgumentException("a credential is issued for a recorded call only");
        }
        UpstreamCredential mode = of(permit.feature().alias()).credential();
        return CallCredential.issue(
                mode,
                new CredentialUse.Call(
                        principal(mode, request),
                        request.envelope(),
                        permit.feature().own(),
                        ticket.callId(),
                        permit.policyHash()));
    }

    /**
     * Whether to try again with another credential after the upstream refused one: where that was the user's token.
     *
     * @param used what was refused
     * @param repeated whether it was a second one already
     * @throws ConsentNeeded if the user must agree to more
     */
    boolean mayTryAgain(Permit permit, AgentRequest request, CallCredential used, boolean repeated)
            throws ConsentNeeded {
        Optional<CallCredential.Refused> refused = used.refused();
        if (refused.isEmpty() || !(of(permit.feature().alias()).credential() instanceof UserOAuth mode)) {
            return false;
        }
        Principal who = principal(mode, request);
        if (refused.get().status() == 401) {
            mode.tokens().refused(who, repeated);
            return true;
        }
        Challenge challenge = Challenge.of(refused.get().challenge());
        if (challenge.error().equals("insufficient_scope")) {
            mode.tokens().lacks(who, challenge.scopes());
        }
        return false;
    }

    /** The caller's own token is looked at only where it is exchanged for another. */
    private static Principal principal(UpstreamCredential mode, AgentRequest request) {
        Optional<SubjectToken> token = mode instanceof TokenExchange
                ? TokenToExchange.of(request.exchange(), request.caller())
                : Optional.empty();
        return request.caller().principal(token);
    }

    /** The absolute limit of a call. */
    Duration timeout(String alias) {
        return of(alias).callTimeout();
    }

    /** Most of its calls that may be held at once, beside those that run. */
    int heldMax(String alias) {
        return of(alias).concurrentCalls();
    }

    /** What it may ask of the agent during a call. */
    Set<InputKind> relay(String alias) {
        return of(alias).relay();
    }

    /** Whether calls to it may have to be held while it asks: it speaks no revision with rounds, as far as known. */
    boolean asksDuringCalls(String alias) {
        Revision revision = of(alias).upstream().status().revision();
        return revision == null || revision.era() == Era.LEGACY;
    }

    /** Carries a call out that is permitted and recorded: without the proofs of both there is no way to an upstream. */
    UpstreamReply call(Permit permit, AuditTicket ticket, UpstreamCall call, ReplyListener listener) {
        if (ticket.callId().isEmpty()) {
            throw new IllegalArgumentException("only a recorded call is carried out");
        }
        return of(permit.feature().alias()).upstream().call(call, listener);
    }

    /**
     * Hears of changes of the resource that the permit names, in the name of a principal; as {@link #call}, only with the
     * proofs that it may be and that it is recorded.
     *
     * @throws UpstreamFault if the upstream does not agree
     * @throws CredentialUnavailable if there is no credential for it
     */
    ResourceWatch watch(Permit permit, AuditTicket ticket, AgentRequest request, Runnable updated)
            throws UpstreamFault, CredentialUnavailable {
        if (ticket.callId().isEmpty()) {
            throw new IllegalArgumentException("only a recorded subscription is made");
        }
        FeatureName resource = permit.feature();
        Upstream upstream = of(resource.alias());
        SessionCredential credential = SessionCredential.of(
                upstream.credential(), new CredentialUse.Session(principal(upstream.credential(), request)));
        var _ = credential.now();
        return upstream.upstream().watch(resource.own(), request.caller().key(), credential, updated);
    }

    private Upstream of(String alias) {
        Upstream upstream = byAlias.get(alias);
        if (upstream == null) {
            throw new IllegalArgumentException("no upstream " + alias);
        }
        return upstream;
    }
}
