package dev.mcpgateway.gateway.mcp;

import java.util.Set;

/**
 * One MCP endpoint of the gateway.
 *
 * @param name its name in {@code gateway.yaml}
 * @param path its path, such as {@code /mcp}
 * @param resource its canonical URI: the audience of tokens for it (RFC 8707)
 * @param upstreams aliases whose tools it offers
 * @param bareNames whether tools keep the upstream's names, without {@code <alias>__}; for one upstream only
 */
public record View(String name, String path, String resource, Set<String> upstreams, boolean bareNames) {
    /** Copies the set; bare names need a single upstream, or two tools could share one name. */
    public View {
        upstreams = Set.copyOf(upstreams);
        if (bareNames && upstreams.size() != 1) {
            throw new IllegalArgumentException("view " + name + ": bare names need exactly one upstream");
        }
    }
}
