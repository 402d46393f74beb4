package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.ResourceWatch;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamFault;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The upstreams by alias, with what the configuration says about calls to each. */
public final class Upstreams {
    private final Map<String, Upstream> byAlias;

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

    /** All of them. */
    public Upstreams(Map<String, Upstream> byAlias) {
        this.byAlias = Map.copyOf(byAlias);
    }

    /** Limits of concurrency by alias. */
    Map<String, Integer> concurrentCalls() {
        return byAlias.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().concurrentCalls()));
    }

    /** The credential for one recorded call. */
    Credential credential(String alias, AuditTicket ticket) throws SecretUnavailable {
        if (ticket.callId().isEmpty()) {
            throw new IllegalArgumentException("a credential is issued for a recorded call only");
        }
        return of(alias).credential().issue();
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
     * @throws SecretUnavailable if there is no credential for it
     */
    ResourceWatch watch(Permit permit, AuditTicket ticket, String principal, Runnable updated)
            throws UpstreamFault, SecretUnavailable {
        FeatureName resource = permit.feature();
        Credential credential = credential(resource.alias(), ticket);
        return of(resource.alias()).upstream().watch(resource.own(), principal, credential, updated);
    }

    private Upstream of(String alias) {
        Upstream upstream = byAlias.get(alias);
        if (upstream == null) {
            throw new IllegalArgumentException("no upstream " + alias);
        }
        return upstream;
    }
}
