package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * An upstream over Streamable HTTP; {@code transport: streamable_http} in the configuration.
 *
 * @param alias the operator's name for it
 * @param url the MCP endpoint
 * @param era known or to be found
 * @param credential what it gets to know us by in our own requests, such as {@code tools/list}
 * @param connections limits of the connections to the URL's origin, and which client makes them
 * @param allowNetworks networks that are allowed for this upstream besides public ones
 * @param listTimeout longest duration of fetching the whole list of tools
 * @param sessionsMax most legacy sessions at a time, one per principal
 * @param sessionIdle how long an unused legacy session is kept
 * @param jsonDepthMax deepest nesting of what it sends
 * @param ownCapabilities what is declared where a session serves everyone or nobody: over stdio, and when lists are
 *     fetched, so that what is offered only to capable clients is on them
 */
public record HttpUpstreamSettings(
        String alias,
        URI url,
        EraSetting era,
        UpstreamCredential credential,
        HttpSettings connections,
        List<AddressRange> allowNetworks,
        Duration listTimeout,
        int sessionsMax,
        Duration sessionIdle,
        int jsonDepthMax,
        ClientCapabilities ownCapabilities) {

    /** Servers answer a list in milliseconds; one that needs longer is in trouble. */
    public static final Duration LIST_TIMEOUT_DEFAULT = Duration.ofSeconds(30);

    /** Each costs the upstream memory. */
    public static final int SESSIONS_DEFAULT = 1_000;

    /** Opening a session again costs one round trip. */
    public static final Duration SESSION_IDLE_DEFAULT = Duration.ofMinutes(10);

    /** As deep as we let agents go. */
    public static final int JSON_DEPTH_DEFAULT = 64;

    /** Checks alias, URL and ranges. */
    public HttpUpstreamSettings {
        Alias.checked(alias);
        if (!connections.origin().equals(HttpOrigin.of(url))) {
            throw new IllegalArgumentException("the connections are to another origin than the URL's");
        }
        allowNetworks = List.copyOf(allowNetworks);
        if (sessionsMax < 1 || jsonDepthMax < 1 || !listTimeout.isPositive() || !sessionIdle.isPositive()) {
            throw new IllegalArgumentException("limits of an upstream must be positive");
        }
    }

    /** All defaults. */
    public static HttpUpstreamSettings of(
            String alias, URI url, EraSetting era, UpstreamCredential credential, HttpSettings.Client client) {
        return new HttpUpstreamSettings(
                alias,
                url,
                era,
                credential,
                HttpSettings.of(HttpOrigin.of(url), client),
                List.of(),
                LIST_TIMEOUT_DEFAULT,
                SESSIONS_DEFAULT,
                SESSION_IDLE_DEFAULT,
                JSON_DEPTH_DEFAULT,
                ClientCapabilities.NONE);
    }
}
