package dev.mcpgateway.policy;

import dev.mcpgateway.policy.ReferenceEvaluator.Spec;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Draws rules and callers from a small universe, so that they meet often. */
final class RandomPolicy {

    private static final List<String> NAMES =
            List.of("files__read", "files__read_all", "files__write", "crm__get", "crm__put", "mail__send", "files__r");
    private static final List<String> URIS = List.of(
            "files__read",
            "files__file:///docs/a",
            "files__file:///docs/a..b",
            "files__file:///docs/a%20b",
            "files__file:///docs/../etc",
            "files__file:///docs/%2e%2E/etc",
            "files__file:///docs/%252e%252e/etc",
            "files__file:///docs/..%5Cetc",
            "files__file:///docs/a%2f..",
            "files__file:///etc",
            "crm__crm://get");

    /** Features of all kinds; a tool, a prompt and a resource share a name. */
    static final List<FeatureName> FEATURES = features();

    private static final List<String> RESOURCES = List.of(
            "files__read",
            "files__write",
            "crm__get",
            "crm__put",
            "mail__send",
            "files__*",
            "files__read*",
            "crm__?et",
            "*",
            "files__*_*",
            "mail__*d");
    private static final List<String> URI_RESOURCES = List.of(
            "files__file:///docs/a",
            "files__file:///docs/../etc",
            "files__file:///docs/*",
            "files__file:///*",
            "crm__*://get");
    private static final List<String> ACTIONS =
            List.of("tools/call", "prompts/get", "resources/read", "sampling/createMessage");
    private static final List<String> CLAIMS = List.of(
            "\"acme\"",
            "\"beta\"",
            "1",
            "1.0",
            "2",
            "true",
            "false",
            "null",
            "{}",
            "[\"acme\",1]",
            "[\"beta\"]",
            "[[]]",
            "[]");
    private static final List<Object> CLAIM_VALUES =
            List.of("acme", "beta", BigDecimal.ONE, new BigDecimal("2.0"), true, false);
    private static final JsonMapper JSON = new JsonMapper();

    private static List<FeatureName> features() {
        List<FeatureName> features = new ArrayList<>();
        for (String name : NAMES) {
            features.add(Calls.tool(name));
            features.add(Calls.prompt(name));
        }
        URIS.forEach(uri -> features.add(Calls.resource(uri)));
        return List.copyOf(features);
    }

    private final RandomGenerator random;

    RandomPolicy(RandomGenerator random) {
        this.random = random;
    }

    List<Spec> rules() {
        List<Spec> rules = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            rules.add(rule("r" + i, random.nextInt(4) > 0));
        }
        return rules;
    }

    Spec rule(String id, boolean permits) {
        Map<String, List<Object>> claims = new TreeMap<>();
        if (random.nextInt(4) == 0) {
            claims.put("tenant", some(CLAIM_VALUES));
        }
        if (random.nextInt(8) == 0) {
            claims.put("level", some(CLAIM_VALUES));
        }
        Set<String> actions = new LinkedHashSet<>(random.nextBoolean() ? List.of("tools/call") : some(ACTIONS));
        List<String> resources = some(RESOURCES);
        if (random.nextInt(3) == 0) {
            resources = some(URI_RESOURCES);
            actions.add("resources/read");
        }
        return new Spec(
                id,
                permits,
                maybe(List.of("corp", "partner")),
                maybe(List.of("ann", "bob")),
                maybe(List.of("desk", "shell")),
                maybe(List.of("g1", "g2", "g3")),
                claims,
                List.copyOf(actions),
                resources,
                permits && random.nextInt(3) == 0 ? some(List.of("s1", "s2", "s3")) : List.of(),
                random.nextInt(6) == 0 ? Calls.NOW.plusSeconds(random.nextInt(-1, 2)) : null,
                random.nextInt(6) == 0 ? Calls.NOW.plusSeconds(random.nextInt(2, 4) - 2L) : null,
                permits && random.nextBoolean() ? random.nextInt(1, 4) : null,
                permits && random.nextBoolean() ? Long.valueOf(random.nextInt(1, 4)) : null);
    }

    Subject subject() {
        Map<String, JsonNode> claims = new HashMap<>();
        for (String name : List.of("tenant", "level")) {
            if (random.nextBoolean()) {
                claims.put(name, JSON.readTree(pick(CLAIMS)));
            }
        }
        return new Subject(
                pick(List.of("corp", "partner", "other")),
                pick(List.of("ann", "bob", "eve")),
                random.nextInt(4) == 0 ? null : pick(List.of("desk", "shell", "web")),
                subset(List.of("g1", "g2", "g3", "g4")),
                subset(List.of("s1", "s2", "s3")),
                claims);
    }

    FeatureName feature() {
        return pick(FEATURES);
    }

    private <T> T pick(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private <T> List<T> some(List<T> values) {
        Set<T> some = new LinkedHashSet<>();
        for (int i = random.nextInt(1, 3); i > 0; i--) {
            some.add(pick(values));
        }
        return List.copyOf(some);
    }

    private @Nullable List<String> maybe(List<String> values) {
        return random.nextInt(3) == 0 ? some(values) : null;
    }

    private Set<String> subset(List<String> values) {
        return values.stream().filter(value -> random.nextBoolean()).collect(Collectors.toSet());
    }

    /** The rules for the evaluator under test. */
    static Policy policy(List<Spec> specs) {
        return Policy.of(new PolicyRules(specs.stream().map(RandomPolicy::rule).toList(), List.of(), "random"));
    }

    private static Rule rule(Spec spec) {
        List<CallerCondition> callers = new ArrayList<>();
        if (spec.issuers() != null) {
            callers.add(new CallerCondition.IssuerIn(Set.copyOf(spec.issuers())));
        }
        if (spec.subjects() != null) {
            callers.add(new CallerCondition.SubjectIn(Set.copyOf(spec.subjects())));
        }
        if (spec.clients() != null) {
            callers.add(new CallerCondition.ClientIn(Set.copyOf(spec.clients())));
        }
        if (spec.groups() != null) {
            callers.add(new CallerCondition.InGroup(Set.copyOf(spec.groups())));
        }
        spec.claims()
                .forEach((name, values) -> callers.add(new CallerCondition.ClaimIn(
                        name,
                        values.stream()
                                .map(value ->
                                        ClaimValue.of(JSON.valueToTree(value)).orElseThrow())
                                .collect(Collectors.toSet()))));
        return new Rule(
                spec.id(),
                spec.permits() ? Effect.PERMIT : Effect.FORBID,
                callers,
                spec.actions().stream().map(RandomPolicy::action).collect(Collectors.toSet()),
                Calls.patterns(spec.resources().toArray(String[]::new)),
                new TreeSet<>(spec.scopes()),
                validity(spec),
                new CallLimits(
                        spec.calls() == null ? OptionalInt.empty() : OptionalInt.of(spec.calls()),
                        spec.bytes() == null ? OptionalLong.empty() : OptionalLong.of(spec.bytes())));
    }

    private static Action action(String word) {
        return Arrays.stream(Action.values())
                .filter(action -> action.word().equals(word))
                .findFirst()
                .orElseThrow();
    }

    private static Validity validity(Spec spec) {
        Instant from = spec.from() == null ? Instant.MIN : spec.from();
        Instant until = spec.until() == null ? Instant.MAX : spec.until();
        return from.isBefore(until) ? new Validity(from, until) : new Validity(Instant.MIN, Instant.MIN.plusNanos(1));
    }

    /** False for a rule that would never hold, which a file may not say. */
    static boolean isWritable(Spec spec) {
        return spec.from() == null || spec.until() == null || spec.from().isBefore(spec.until());
    }

    /** The rules as a policy file. */
    static String yaml(List<Spec> specs) {
        StringBuilder yaml = new StringBuilder("version: 1\nrules:\n");
        for (Spec spec : specs) {
            yaml.append("  - id: ")
                    .append(spec.id())
                    .append("\n    effect: ")
                    .append(spec.permits() ? "permit" : "forbid");
            String principals = principals(spec);
            if (!principals.isEmpty()) {
                yaml.append("\n    principals: {").append(principals).append('}');
            }
            if (!spec.actions().equals(List.of("tools/call"))) {
                yaml.append("\n    actions: ").append(quoted(spec.actions()));
            }
            yaml.append("\n    resources: ").append(quoted(spec.resources()));
            if (spec.permits()) {
                yaml.append("\n    ack_broad: true");
            }
            if (!spec.scopes().isEmpty()) {
                yaml.append("\n    requires_scope: ").append(quoted(spec.scopes()));
            }
            if (spec.from() != null) {
                yaml.append("\n    valid_from: ").append(spec.from());
            }
            if (spec.until() != null) {
                yaml.append("\n    valid_until: ").append(spec.until());
            }
            if (spec.calls() != null || spec.bytes() != null) {
                yaml.append("\n    limits: {")
                        .append(spec.calls() == null ? "" : "calls_per_minute: " + spec.calls() + ", ")
                        .append(spec.bytes() == null ? "" : "result_bytes: " + spec.bytes())
                        .append('}');
            }
            yaml.append('\n');
        }
        return specs.isEmpty() ? "" : yaml.toString();
    }

    private static String principals(Spec spec) {
        List<String> keys = new ArrayList<>();
        addKey(keys, "issuer", spec.issuers());
        addKey(keys, "subject", spec.subjects());
        addKey(keys, "client_id", spec.clients());
        addKey(keys, "groups", spec.groups());
        if (!spec.claims().isEmpty()) {
            keys.add("claims: {"
                    + spec.claims().entrySet().stream()
                            .map(claim -> claim.getKey() + ": " + quoted(claim.getValue()))
                            .collect(Collectors.joining(", "))
                    + "}");
        }
        return String.join(", ", keys);
    }

    private static void addKey(List<String> keys, String key, @Nullable List<String> values) {
        if (values != null) {
            keys.add(key + ": " + quoted(values));
        }
    }

    private static String quoted(List<?> values) {
        return values.stream()
                .map(value -> value instanceof String text ? "\"" + text + "\"" : value.toString())
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
