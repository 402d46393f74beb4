package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.ReplyListener;
import dev.mcpgateway.connectors.mcp.UpstreamCall;
import dev.mcpgateway.connectors.mcp.UpstreamReply;
import java.time.Duration;
import java.util.Map;
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
     */
    public record Upstream(
            McpUpstream upstream, UpstreamCredential credential, Duration callTimeout, int concurrentCalls) {}

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

    /** Carries a call out. */
    UpstreamReply call(String alias, UpstreamCall call, ReplyListener listener) {
        return of(alias).upstream().call(call, listener);
    }

    private Upstream of(String alias) {
        Upstream upstream = byAlias.get(alias);
        if (upstream == null) {
            throw new IllegalArgumentException("no upstream " + alias);
        }
        return upstream;
    }
}
