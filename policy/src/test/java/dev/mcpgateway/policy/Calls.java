package dev.mcpgateway.policy;

import dev.mcpgateway.policy.arguments.CheckedArguments;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rules, callers and calls for tests, written shortly. */
public final class Calls {

    /** The instant of every call that names none. */
    public static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private Calls() {}

    /** A call without arguments. */
    public static CallFacts call(Subject subject, String tool) {
        return use(subject, tool(tool));
    }

    /** The use of a feature without arguments. */
    public static CallFacts use(Subject subject, FeatureName feature) {
        return new CallFacts(subject, feature, CheckedArguments.none(), NOW);
    }

    /** The prompt of a canonical name. */
    public static FeatureName prompt(String canonical) {
        return FeatureName.parse(FeatureKind.PROMPT, canonical).orElseThrow();
    }

    /** The resource of a canonical name. */
    public static FeatureName resource(String canonical) {
        return FeatureName.parse(FeatureKind.RESOURCE, canonical).orElseThrow();
    }

    /** The tool of a canonical name. */
    public static FeatureName tool(String canonical) {
        return FeatureName.parseTool(canonical).orElseThrow();
    }

    /** A caller of issuer {@code corp}. */
    public static Subject subject(String name, Set<String> groups, Set<String> scopes) {
        return new Subject("corp", name, "desk", groups, scopes, Map.of());
    }

    /** A caller with one claim, given as JSON. */
    public static Subject claiming(String claim, String json) {
        JsonNode value = new JsonMapper().readTree(json);
        return new Subject("corp", "ann", null, Set.of(), Set.of(), Map.of(claim, value));
    }

    /** A permit for everyone. */
    public static Rule permit(String id, String... resources) {
        return rule(id, Effect.PERMIT, List.of(), new TreeSet<>(), resources);
    }

    /** A forbid for everyone. */
    public static Rule forbid(String id, String... resources) {
        return rule(id, Effect.FORBID, List.of(), new TreeSet<>(), resources);
    }

    /** A rule that always holds, without limits. */
    public static Rule rule(
            String id, Effect effect, List<CallerCondition> callers, SortedSet<String> scopes, String... resources) {
        return new Rule(
                id,
                effect,
                callers,
                Set.of(Action.CALL_TOOL),
                patterns(resources),
                scopes,
                Validity.ALWAYS,
                CallLimits.NONE);
    }

    /** A rule for everyone about one action. */
    public static Rule rule(String id, Effect effect, Action action, String... resources) {
        return new Rule(
                id,
                effect,
                List.of(),
                Set.of(action),
                patterns(resources),
                new TreeSet<>(),
                Validity.ALWAYS,
                CallLimits.NONE);
    }

    /** Patterns. */
    public static List<FeaturePattern> patterns(String... patterns) {
        return List.of(patterns).stream()
                .map(pattern -> FeaturePattern.parse(pattern).orElseThrow())
                .toList();
    }

    /** A policy of rules. */
    public static Policy policy(Rule... rules) {
        return Policy.of(new PolicyRules(List.of(rules), List.of(), "test"));
    }
}
