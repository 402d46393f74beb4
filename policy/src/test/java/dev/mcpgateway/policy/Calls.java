package dev.mcpgateway.policy;

import dev.mcpgateway.policy.arguments.ArgumentCheck;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CheckedArguments;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.arguments.SchemaAdmission;
import dev.mcpgateway.policy.arguments.SchemaBounds;
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

    private static final CheckedArguments NO_ARGUMENTS = noArguments();

    private Calls() {}

    private static CheckedArguments noArguments() {
        SchemaAdmission.Admitted open = (SchemaAdmission.Admitted)
                CompiledSchema.admit(new JsonMapper().createObjectNode(), SchemaBounds.STANDARD);
        return ((ArgumentVerdict.Valid)
                        new ArgumentCheck(open.schema(), PayloadLimits.STANDARD).check(new byte[0], 0, 0))
                .arguments();
    }

    /** A call without arguments. */
    public static CallFacts call(Subject subject, String tool) {
        return new CallFacts(subject, tool(tool), NO_ARGUMENTS, NOW);
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
        return new Rule(id, effect, callers, patterns(resources), scopes, Validity.ALWAYS, CallLimits.NONE);
    }

    /** Tool patterns. */
    public static List<ToolPattern> patterns(String... patterns) {
        return List.of(patterns).stream()
                .map(pattern -> ToolPattern.parse(pattern).orElseThrow())
                .toList();
    }

    /** A policy of rules. */
    public static Policy policy(Rule... rules) {
        return Policy.of(new PolicyRules(List.of(rules), List.of(), "test"));
    }
}
