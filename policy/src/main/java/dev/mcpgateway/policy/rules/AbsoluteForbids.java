package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Action;
import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The forbids that match every caller at any instant, by what they name. */
final class AbsoluteForbids {

    private record Use(Action action, FeaturePattern pattern) {}

    private record Wide(Rule rule, FeaturePattern pattern) {}

    private final Map<Use, List<String>> same = new HashMap<>();
    private final List<Wide> wide = new ArrayList<>();

    AbsoluteForbids(List<Rule> rules) {
        for (Rule rule : rules) {
            if (rule.effect() == Effect.FORBID && rule.isUnconditional()) {
                rule.resources().forEach(pattern -> add(rule, pattern));
            }
        }
    }

    private void add(Rule rule, FeaturePattern pattern) {
        for (Action action : rule.actions()) {
            same.computeIfAbsent(new Use(action, pattern), absent -> new ArrayList<>())
                    .add(rule.id());
        }
        if (!pattern.isExact()) {
            wide.add(new Wide(rule, pattern));
        }
    }

    /** One of the forbids other than {@code rule} that together cover all it is about; nothing if they do not. */
    Optional<String> covering(Rule rule) {
        Optional<String> covering = Optional.empty();
        for (Action action : rule.actions()) {
            for (FeaturePattern resource : rule.resources()) {
                covering = covering(new Use(action, resource), rule.id());
                if (covering.isEmpty()) {
                    return covering;
                }
            }
        }
        return covering;
    }

    private Optional<String> covering(Use use, String self) {
        Stream<String> equal = same.getOrDefault(use, List.of()).stream();
        Stream<String> wider = wide.stream()
                .filter(forbid -> forbid.rule().actions().contains(use.action())
                        && forbid.pattern().covers(use.pattern()))
                .map(forbid -> forbid.rule().id());
        return Stream.concat(equal, wider).filter(id -> !id.equals(self)).findFirst();
    }
}
