package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.CallerCondition;
import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.ToolPattern;
import dev.mcpgateway.policy.Validity;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.Spelling;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Reads one entry of {@code rules:}. */
final class RuleReader {

    private static final String CALL = "tools/call";

    /** Keys that the format has and this version does not obey; ignoring one would allow more than was written. */
    private static final Map<String, String> NOT_YET = Map.of(
            "when", "conditions on arguments",
            "cel", "expressions",
            "approval", "approvals",
            "windows", "time windows",
            "mode", "observe mode");

    private static final List<String> ACTIONS_NOT_YET = List.of("resources/read", "prompts/get", "model/call");

    /** RFC 6749 section 3.3: {@code scope-token}. */
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    private final Problems problems;
    private final PatternReader patterns;

    RuleReader(Problems problems, PatternReader patterns) {
        this.problems = problems;
        this.patterns = patterns;
    }

    /** The rule, or nothing when it has problems. */
    Optional<WrittenRule> read(YamlObject rule) {
        int before = problems.count();
        String id = id(rule);
        int beforeEffect = problems.count();
        Effect effect =
                rule.required("effect").map(value -> value.choice(Effect.class)).orElse(Effect.FORBID);
        boolean effectIsKnown = problems.count() == beforeEffect;
        rule.text("owner", "");
        rule.text("ticket", "");
        rule.text("description", "");
        Validity validity = validity(rule);
        List<CallerCondition> callers = CallerReader.read(rule);
        actions(rule);
        List<ToolPattern> resources = patterns.read(rule, "resources");
        SortedSet<String> scopes = scopes(rule);
        CallLimits limits = LimitsReader.read(rule);
        boolean broadIsMeant = rule.flag("ack_broad", false);
        if (effectIsKnown && effect == Effect.FORBID) {
            refusePermitKeys(rule);
        } else if (effectIsKnown) {
            checkBroad(rule, resources, broadIsMeant);
        }
        NOT_YET.forEach((key, what) -> rule.refuse(
                key,
                "'" + key + "' is not supported yet",
                "Remove it: ignoring " + what + " would allow more than the rule says"));
        rule.rejectUnknownKeys();
        if (problems.count() > before) {
            return Optional.empty();
        }
        return Optional.of(new WrittenRule(new Rule(id, effect, callers, resources, scopes, validity, limits), rule));
    }

    private static String id(YamlObject rule) {
        String id = rule.text("id");
        if (!id.isEmpty() && !Rule.isId(id)) {
            rule.problem(
                    "id",
                    "'" + id + "' is no rule id",
                    "Use 1 to 64 of a-z 0-9 . _ - and begin with a letter or digit");
        }
        return id;
    }

    private static Validity validity(YamlObject rule) {
        Instant from = Timestamps.read(rule, "valid_from").orElse(Instant.MIN);
        Instant until = Timestamps.read(rule, "valid_until").orElse(Instant.MAX);
        if (!from.isBefore(until)) {
            rule.problem("valid_until", "'valid_until' is not after 'valid_from'", "The rule would never hold");
            return Validity.ALWAYS;
        }
        return new Validity(from, until);
    }

    private static void actions(YamlObject rule) {
        rule.optional("actions").ifPresent(value -> value.oneOrMore().forEach(RuleReader::action));
    }

    private static void action(YamlValue value) {
        String action = value.text();
        if (!value.isText() || action.equals(CALL)) {
            return;
        }
        if (action.equals("tools/list")) {
            value.problem(
                    "'tools/list' is no action of its own", "Listing follows tools/call: what may be called is listed");
        } else if (ACTIONS_NOT_YET.contains(action)) {
            value.problem("action '" + action + "' is not supported yet", "Only " + CALL + " is");
        } else {
            value.problem("'" + action + "' is no action", Spelling.didYouMean(action, List.of(CALL)));
        }
    }

    private static SortedSet<String> scopes(YamlObject rule) {
        SortedSet<String> scopes = new TreeSet<>();
        rule.optional("requires_scope")
                .ifPresent(value -> value.oneOrMore().forEach(item -> {
                    String scope = item.text();
                    if (item.isText() && !SCOPE.matcher(scope).matches()) {
                        item.problem(
                                "'" + scope + "' is no scope",
                                "RFC 6749 allows printable ASCII without blanks, \" and \\");
                    }
                    scopes.add(scope);
                }));
        return scopes;
    }

    private static void refusePermitKeys(YamlObject rule) {
        for (String key : List.of("requires_scope", "limits", "ack_broad")) {
            rule.refuse(key, "'" + key + "' has no meaning in a forbid", "Remove it");
        }
    }

    private static void checkBroad(YamlObject rule, List<ToolPattern> resources, boolean broadIsMeant) {
        if (broadIsMeant) {
            return;
        }
        if (!rule.has("principals")) {
            rule.problem(
                    "id",
                    "the permit names no principals, so it is for every caller",
                    "Name them, or add ack_broad: true");
        }
        resources.stream()
                .filter(ToolPattern::isBroad)
                .findFirst()
                .ifPresent(broad -> rule.problem(
                        "resources",
                        "the permit is for every tool of '" + broad + "', also for those added later",
                        "Name the tools, or add ack_broad: true"));
    }
}
