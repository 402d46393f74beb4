package dev.mcpgateway.connectors.mcp.sdk;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.DuplexSettings;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * An upstream over the old HTTP+SSE transport; {@code transport: sse} in the configuration.
 *
 * @param alias the operator's name for it
 * @param url the event stream's URL
 * @param credential what it gets to know us by in our own requests
 * @param allowNetworks networks that are allowed for this upstream besides public ones
 * @param connectTimeout longest wait for a connection
 * @param startTimeout longest duration from connecting to agreeing on a revision
 * @param listTimeout longest duration of fetching the whole list of tools
 * @param sessionsMax most sessions at a time, one per principal
 * @param sessionIdle how long an unused session is kept
 * @param eventBytesMax longest event
 * @param jsonDepthMax deepest nesting of what it sends
 * @param ownCapabilities what is declared where a session serves everyone or nobody: over stdio, and when lists are
 *     fetched, so that what is offered only to capable clients is on them
 */
public record SseUpstreamSettings(
        String alias,
        URI url,
        UpstreamCredential credential,
        List<AddressRange> allowNetworks,
        Duration connectTimeout,
        Duration startTimeout,
        Duration listTimeout,
        int sessionsMax,
        Duration sessionIdle,
        int eventBytesMax,
        int jsonDepthMax,
        ClientCapabilities ownCapabilities) {

    /** Twice the largest result that is let through by default. */
    public static final int EVENT_BYTES_DEFAULT = 8 * 1024 * 1024;

    /** As deep as we let agents go. */
    public static final int JSON_DEPTH_DEFAULT = 64;

    /** Checks URL and ranges. */
    public SseUpstreamSettings {
        var _ = HttpOrigin.of(url);
        allowNetworks = List.copyOf(allowNetworks);
        if (!connectTimeout.isPositive() || eventBytesMax < 1 || jsonDepthMax < 1) {
            throw new IllegalArgumentException("limits of an upstream must be positive");
        }
    }

    /** All defaults. */
    public static SseUpstreamSettings of(String alias, URI url, UpstreamCredential credential) {
        return new SseUpstreamSettings(
                alias,
                url,
                credential,
                List.of(),
                HttpSettings.CONNECT_TIMEOUT_DEFAULT,
                DuplexSettings.START_TIMEOUT_DEFAULT,
                DuplexSettings.LIST_TIMEOUT_DEFAULT,
                DuplexSettings.CHANNELS_DEFAULT,
                DuplexSettings.CHANNEL_IDLE_DEFAULT,
                EVENT_BYTES_DEFAULT,
                JSON_DEPTH_DEFAULT,
                ClientCapabilities.NONE);
    }
}
