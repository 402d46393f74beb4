package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.UpstreamCredential;
import java.time.Duration;

/**
 * Upstreams over stdio (2026-07-28 and 2025-11-25, Transports, stdio): one process for all callers, started at the first
 * use, restarted with growing pauses, ended with all its descendants.
 */
public final class StdioUpstream {
    private StdioUpstream() {}

    /** An upstream for a process; nothing is started yet. */
    public static McpUpstream of(StdioUpstreamSettings settings, Surroundings surroundings) {
        DuplexSettings duplex = new DuplexSettings(
                settings.alias(),
                settings.era(),
                true,
                // the environment of the process is its credential
                new UpstreamCredential.None(),
                settings.startTimeout(),
                settings.probeTimeout(),
                settings.listTimeout(),
                1,
                Duration.ofDays(1),
                settings.jsonDepthMax(),
                settings.ownCapabilities());
        return new DuplexUpstream(
                duplex, (receiver, _, _) -> StdioProcess.start(settings, receiver, surroundings.time()), surroundings);
    }
}
