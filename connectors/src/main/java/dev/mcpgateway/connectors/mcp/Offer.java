package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Revision;
import java.util.List;

/**
 * The tools of one upstream at one moment.
 *
 * @param tools definitions in the upstream's order, each name once
 * @param problems entries that were left out and why, sentences for operators
 * @param revision the protocol revision in which the list came
 * @param ttlMillis how long the upstream says the list stays good; 0 when it says nothing
 */
public record Offer(List<Definition> tools, List<String> problems, Revision revision, long ttlMillis) {

    /** Copies both lists. */
    public Offer {
        tools = List.copyOf(tools);
        problems = List.copyOf(problems);
    }
}
