package dev.mcpgateway.connectors.model.translate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request in no protocol's words: what at least two protocols can express.
 *
 * @param extras settings that few targets know, by their name in chat completions
 */
record Ask(
        List<Block.Text> system,
        List<Turn> turns,
        List<Tool> tools,
        Choice choice,
        Reasoning reasoning,
        @Nullable Format format,
        @Nullable Node maxTokens,
        @Nullable Node temperature,
        @Nullable Node topP,
        @Nullable Node topK,
        List<Node> stops,
        boolean streamed,
        boolean usageWanted,
        Map<String, Node> extras) {
    Ask {
        system = List.copyOf(system);
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
        stops = List.copyOf(stops);
        // keeps the order, so that one request always makes the same bytes
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
    }
}
