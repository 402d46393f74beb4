package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.ToolPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The forbids that match every caller at any instant, by what they name. */
final class AbsoluteForbids {

    private record Wide(ToolPattern pattern, String id) {}

    private final Map<ToolPattern, List<String>> same = new HashMap<>();
    private final List<Wide> wide = new ArrayList<>();

    AbsoluteForbids(List<Rule> rules) {
        for (Rule rule : rules) {
            if (rule.effect() == Effect.FORBID && rule.isUnconditional()) {
                for (ToolPattern pattern : rule.resources()) {
                    same.computeIfAbsent(pattern, absent -> new ArrayList<>()).add(rule.id());
                    if (!pattern.isExact()) {
                        wide.add(new Wide(pattern, rule.id()));
                    }
                }
            }
        }
    }

    /** One of the forbids other than {@code rule} that together cover all its resources; nothing if they do not. */
    Optional<String> covering(Rule rule) {
        Optional<String> covering = Optional.empty();
        for (ToolPattern resource : rule.resources()) {
            covering = covering(resource, rule.id());
            if (covering.isEmpty()) {
                return covering;
            }
        }
        return covering;
    }

    private Optional<String> covering(ToolPattern resource, String self) {
        Stream<String> equal = same.getOrDefault(resource, List.of()).stream();
        Stream<String> wider = wide.stream()
                .filter(forbid -> forbid.pattern().covers(resource))
                .map(Wide::id);
        return Stream.concat(equal, wider).filter(id -> !id.equals(self)).findFirst();
    }
}
