package dev.mcpgateway.connectors.model.translate;

import java.util.List;
import java.util.stream.Stream;

/** What agents are told of what did not reach the other side, one line for each. */
final class Dropped {
    /** Stands before the places of what the provider answered. */
    static final String ANSWER = "answer";

    private Dropped() {}

    static List<String> of(String where, List<Told> told) {
        return told.stream()
                .map(each -> where + each.pointer() + " (" + each.why() + ")")
                .toList();
    }

    static List<String> both(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
