package dev.mcpgateway.connectors.mcp.sdk;

import dev.mcpgateway.connectors.mcp.DuplexSettings;
import dev.mcpgateway.connectors.mcp.DuplexUpstream;
import dev.mcpgateway.connectors.mcp.EraSetting;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.Surroundings;
import dev.mcpgateway.connectors.net.OutboundGuard;

/**
 * Upstreams over HTTP+SSE (MCP 2024-11-05), which is deprecated; through the MCP Java SDK. One session per principal.
 *
 * <p>Messages pass through the SDK as text and keep their bytes; only malformed UTF-8 of a server arrives as U+FFFD, since
 * the SDK decodes it. A channel keeps the credential with which it was opened; what it makes is asked for at each request.
 *
 * <p>The SDK connects through {@code java.net.http}, which resolves names by itself. The outbound guard is asked before
 * each request, so a name that leads into a blocked network is refused; a name server that gives another answer in the
 * instant between that check and the connection is not. An upstream that must be safe from its own name server belongs on
 * Streamable HTTP, or behind an address literal.
 */
public final class SseUpstream {
    private SseUpstream() {}

    /** An upstream at a URL; nothing is sent yet. */
    public static McpUpstream of(SseUpstreamSettings settings, Surroundings surroundings) {
        OutboundGuard guard = OutboundGuard.forTarget(settings.url(), settings.allowNetworks());
        DuplexSettings duplex = new DuplexSettings(
                settings.alias(),
                EraSetting.LEGACY,
                false,
                settings.credential(),
                settings.startTimeout(),
                DuplexSettings.PROBE_TIMEOUT_DEFAULT,
                settings.listTimeout(),
                settings.sessionsMax(),
                settings.sessionIdle(),
                settings.jsonDepthMax(),
                settings.ownCapabilities());
        return new DuplexUpstream(
                duplex,
                (receiver, credential, deadline) ->
                        SseChannel.connect(settings, guard, receiver, credential, deadline, surroundings.time()),
                surroundings);
    }
}
