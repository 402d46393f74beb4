package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.Action;
import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.CallerCondition;
import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.Validity;
import dev.mcpgateway.policy.yaml.Problems;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads one entry of {@code rules:}. */
final class RuleReader {

    /** Keys that the format has and this version does not obey; ignoring one would allow more than was written. */
    private static final Map<String, String> NOT_YET = Map.of(
            "when", "conditions on arguments",
            "cel", "expressions",
            "approval", "approvals",
            "windows", "time windows",
            "mode", "observe mode");

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
        Set<Action> actions = ActionReader.read(rule);
        Set<FeatureKind> kinds = actions.stream().map(Action::kind).collect(Collectors.toUnmodifiableSet());
        List<FeaturePattern> resources = patterns.read(rule, "resources", kinds);
        SortedSet<String> scopes = scopes(rule);
        CallLimits limits = LimitsReader.read(rule);
        boolean broadIsMeant = rule.flag("ack_broad", false);
        if (effectIsKnown && effect == Effect.FORBID) {
            refusePermitKeys(rule);
        } else if (effectIsKnown) {
            checkBroad(rule, resources, kinds, broadIsMeant);
        }
        NOT_YET.forEach((key, what) -> rule.refuse(
                key,
                "'" + key + "' is not supported yet",
                "Remove it: ignoring " + what + " would allow more than the rule says"));
        rule.rejectUnknownKeys();
        if (problems.count() > before) {
            return Optional.empty();
        }
        return Optional.of(
                new WrittenRule(new Rule(id, effect, callers, actions, resources, scopes, validity, limits), rule));
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

    private static void checkBroad(
            YamlObject rule, List<FeaturePattern> resources, Set<FeatureKind> kinds, boolean broadIsMeant) {
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
                .filter(FeaturePattern::isBroad)
                .findFirst()
                .ifPresent(broad -> rule.problem(
                        "resources",
                        "the permit is for every " + FeatureNoun.of(kinds) + " of '" + broad
                                + "', also for those added later",
                        "Name each, or add ack_broad: true"));
    }
}
