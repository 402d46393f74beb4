package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.gateway.config.ViewSelection;
import java.util.List;

/**
 * One MCP endpoint of the gateway.
 *
 * @param name its name in {@code gateway.yaml}
 * @param path its path, such as {@code /mcp}
 * @param resource its canonical URI: the audience of tokens for it (RFC 8707)
 * @param upstreams aliases whose features it offers; where several claim one URI, the first of them has it
 * @param names how its tools and prompts are called
 * @param selection which of the upstreams' features it offers
 * @param instructions what agents are told about it; empty for the gateway's own words
 */
public record View(
        String name,
        String path,
        String resource,
        List<String> upstreams,
        ViewNames names,
        ViewSelection selection,
        String instructions) {
    /** Copies the list; bare names need a single upstream, or two tools could share one name. */
    public View {
        upstreams = List.copyOf(upstreams);
        if (names instanceof ViewNames.Bare && upstreams.size() != 1) {
            throw new IllegalArgumentException("view " + name + ": bare names need exactly one upstream");
        }
    }
}
