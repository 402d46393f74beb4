package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Revision;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one upstream offers at one moment.
 *
 * @param lists definitions in the upstream's order, each name once; a list that is missing could not be fetched and is to be
 *     taken for unchanged, one that the server does not have is empty
 * @param capabilities what the upstream declared
 * @param problems entries and lists that were left out and why, sentences for operators
 * @param revision the protocol revision in which the lists came
 * @param ttlMillis how long the upstream says its lists stay good, the shortest of them; 0 when it says nothing
 */
public record Offer(
        Map<FeatureList, List<Definition>> lists,
        ServerCapabilities capabilities,
        List<String> problems,
        Revision revision,
        long ttlMillis) {

    /** Copies lists and problems. */
    public Offer {
        EnumMap<FeatureList, List<Definition>> copy = new EnumMap<>(FeatureList.class);
        lists.forEach((list, definitions) -> copy.put(list, List.copyOf(definitions)));
        lists = Collections.unmodifiableMap(copy);
        problems = List.copyOf(problems);
    }

    /** One of the lists; empty when it is missing. */
    public List<Definition> list(FeatureList list) {
        return lists.getOrDefault(list, List.of());
    }
}
