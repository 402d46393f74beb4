package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Action;
import dev.mcpgateway.policy.CallerCondition;
import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.yaml.Position;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.Spelling;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Checks what a single rule cannot know: repeated ids, unknown names, rules that can have no effect. */
final class RuleSetCheck {

    private final PolicyDraft draft;
    private final KnownNames known;
    private final Problems problems;
    private final Problems warnings;

    private RuleSetCheck(PolicyDraft draft, KnownNames known, Problems problems, Problems warnings) {
        this.draft = draft;
        this.known = known;
        this.problems = problems;
        this.warnings = warnings;
    }

    static void check(PolicyDraft draft, KnownNames known, Problems problems, Problems warnings) {
        RuleSetCheck check = new RuleSetCheck(draft, known, problems, warnings);
        check.count();
        check.repeatedIds();
        check.issuers();
        check.issuersOfModels();
        check.places();
        check.patterns();
        check.shadowed();
        check.indirectPermits();
        check.unneededAcknowledgements();
        check.tests();
    }

    private void count() {
        if (draft.written().size() > PolicyParser.RULES_MAX) {
            Position last = draft.written().getLast().written().position();
            problems.add(last, "there are more than " + PolicyParser.RULES_MAX + " rules", "");
        }
    }

    private void repeatedIds() {
        Map<String, Position> first = new HashMap<>();
        for (WrittenRule rule : draft.written()) {
            Position position = rule.written().position("id");
            Position earlier = first.putIfAbsent(rule.rule().id(), position);
            if (earlier != null) {
                problems.add(
                        position,
                        "rule id '" + rule.rule().id() + "' is repeated",
                        "It stands first at " + earlier.file() + ":" + earlier.line());
            }
        }
    }

    private void issuers() {
        for (WrittenRule rule : draft.written()) {
            boolean named = false;
            for (CallerCondition condition : rule.rule().callers()) {
                if (condition instanceof CallerCondition.IssuerIn(Set<String> aliases)) {
                    named = true;
                    aliases.forEach(alias -> issuer(alias, rule.written().position("principals")));
                }
            }
            boolean anyIssuer =
                    !named && !rule.rule().callers().isEmpty() && rule.rule().effect() == Effect.PERMIT;
            if (anyIssuer && known.issuers().size() > 1) {
                warnings.add(
                        rule.written().position("principals"),
                        "the permit names no issuer, so each of the "
                                + known.issuers().size() + " issuers can say who is meant",
                        "Add issuer");
            }
        }
    }

    /** A guardrail for callers of an issuer that is not there would guard nobody. */
    private void issuersOfModels() {
        for (WrittenModel model : draft.writtenModels()) {
            for (CallerCondition condition : model.entry().callers()) {
                if (condition instanceof CallerCondition.IssuerIn(Set<String> aliases)) {
                    aliases.forEach(alias -> issuer(alias, model.written().position("principals")));
                }
            }
        }
    }

    /** In a place where nothing is, no call is served. */
    private void places() {
        for (WrittenModel model : draft.writtenModels()) {
            model.entry().residency().places().stream()
                    .filter(place ->
                            !known.models().isEmpty() && !known.places().contains(place))
                    .forEach(place -> warnings.add(
                            model.written().position("residency"),
                            "no provider and no target has the residency '" + place + "'",
                            hint(place, known.places())));
        }
    }

    private void issuer(String alias, Position position) {
        if (!known.issuers().isEmpty() && !known.issuers().contains(alias)) {
            problems.add(position, "issuer '" + alias + "' is not configured", hint(alias, known.issuers()));
        }
    }

    private void patterns() {
        for (WrittenPattern written : draft.patterns()) {
            FeaturePattern pattern = written.pattern();
            if (pattern.isEverything()) {
                continue;
            }
            if (pattern.isOfModels()) {
                model(pattern, written.position());
            } else if (!known.upstreams().isEmpty() && !known.upstreams().contains(pattern.alias())) {
                warnings.add(
                        written.position(),
                        "upstream '" + pattern.alias() + "' is not configured",
                        hint(pattern.alias(), known.upstreams()));
            } else if (written.kinds().equals(Set.of(FeatureKind.TOOL))
                    && !known.tools().isEmpty()
                    && namesNoKnownTool(pattern)) {
                warnings.add(
                        written.position(),
                        "'" + pattern + "' names no tool that is known now",
                        Spelling.didYouMean(pattern.toString(), known.tools()));
            }
        }
    }

    private void model(FeaturePattern pattern, Position position) {
        boolean namesOne = known.models().stream().map(FeatureName::model).anyMatch(pattern::matches);
        if (!known.models().isEmpty() && !namesOne) {
            warnings.add(
                    position,
                    "'" + pattern + "' names no model that is configured",
                    hint(pattern.own(), known.models()));
        }
    }

    private boolean namesNoKnownTool(FeaturePattern pattern) {
        return known.tools().stream()
                .flatMap(tool -> FeatureName.parseTool(tool).stream())
                .noneMatch(pattern::matches);
    }

    private void shadowed() {
        AbsoluteForbids forbids = new AbsoluteForbids(draft.rules());
        for (WrittenRule rule : draft.written()) {
            forbids.covering(rule.rule())
                    .ifPresent(forbid -> warnings.add(
                            rule.written().position("id"),
                            "rule '" + rule.rule().id() + "' has no effect: '" + forbid
                                    + "' forbids the same to everyone",
                            "Remove one of them"));
        }
    }

    private void indirectPermits() {
        for (WrittenRule rule : draft.written()) {
            if (rule.rule().effect() == Effect.PERMIT && rule.rule().actions().contains(Action.READ_RESOURCE)) {
                rule.rule().resources().stream()
                        .filter(FeaturePattern::isIndirect)
                        .forEach(pattern -> warnings.add(
                                rule.written().position("resources"),
                                "'" + pattern + "' permits no resource: a wildcard does not reach a URI with a segment "
                                        + "of dots or needless percent-encoding",
                                "Write the URI as the server lists it"));
            }
        }
    }

    private void unneededAcknowledgements() {
        for (WrittenRule rule : draft.written()) {
            boolean broad = rule.rule().callers().isEmpty()
                    || rule.rule().resources().stream().anyMatch(FeaturePattern::isBroad);
            if (!broad && rule.written().flag("ack_broad", false)) {
                warnings.add(
                        rule.written().position("ack_broad"),
                        "'ack_broad' is not needed here",
                        "Remove it, so that a later widening is noticed");
            }
        }
    }

    private void tests() {
        Set<String> ids =
                Set.copyOf(draft.rules().stream().map(Rule::id).distinct().toList());
        for (WrittenTest test : draft.tests()) {
            issuer(test.subject().issuer(), test.position());
            test.rule()
                    .filter(id -> !ids.contains(id))
                    .ifPresent(id -> problems.add(
                            test.position(), "the test names rule '" + id + "', which is not there", hint(id, ids)));
        }
    }

    private static String hint(String word, Set<String> known) {
        return Spelling.didYouMean(word, known);
    }
}
