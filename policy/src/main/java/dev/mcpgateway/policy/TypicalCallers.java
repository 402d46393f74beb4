package dev.mcpgateway.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Callers of whom the rules of policies speak: for each rule one of every combination of the values that it names, who has
 * nothing else, and for each rule that forbids or entry that guards one who is also what a permit asks for. Real callers
 * have more; which rules reach them is what these show.
 */
public final class TypicalCallers {
    /** More would be a list that nobody reads. */
    private static final int CALLERS_MAX = 2_000;

    private static final int CALLERS_OF_A_RULE_MAX = 64;

    private final Map<Subject, PolicyDiff.Who> found = new LinkedHashMap<>();
    private boolean isCut;

    private TypicalCallers() {}

    /**
     * The callers that were found.
     *
     * @param isCut whether there are more than were looked for
     */
    public record Found(List<PolicyDiff.Who> callers, boolean isCut) {
        /** Copies the list. */
        public Found {
            callers = List.copyOf(callers);
        }
    }

    /** Those of whom any of these policies speaks. */
    public static Found of(List<Policy> policies) {
        TypicalCallers typical = new TypicalCallers();
        List<Traits> permitted = new ArrayList<>();
        List<Traits> narrowed = new ArrayList<>();
        for (Policy policy : policies) {
            for (Rule rule : policy.rules()) {
                (rule.effect() == Effect.PERMIT ? permitted : narrowed)
                        .addAll(typical.of(rule.callers(), rule.requiredScopes()));
            }
            policy.guardedCallers().forEach(callers -> narrowed.addAll(typical.of(callers, new TreeSet<>())));
        }
        permitted.forEach(typical::add);
        for (Traits narrow : new LinkedHashSet<>(narrowed)) {
            for (Traits permit : new LinkedHashSet<>(permitted)) {
                Traits both = permit.and(narrow);
                if (both != null) {
                    typical.add(both);
                }
            }
        }
        return new Found(List.copyOf(typical.found.values()), typical.isCut);
    }

    private void add(Traits traits) {
        Subject subject = traits.subject();
        if (!found.containsKey(subject)) {
            if (found.size() >= CALLERS_MAX) {
                isCut = true;
                return;
            }
            found.put(subject, new PolicyDiff.Who(traits.words(), subject, true));
        }
    }

    /** One of every combination. */
    private List<Traits> of(List<CallerCondition> conditions, SortedSet<String> scopes) {
        List<Traits> all = List.of(new Traits(Map.of(), Set.of(), scopes, Map.of()));
        for (CallerCondition condition : conditions) {
            List<Traits> more = new ArrayList<>();
            for (Traits each : all) {
                for (Traits one : values(condition)) {
                    Traits both = each.and(one);
                    if (both != null && more.size() < CALLERS_OF_A_RULE_MAX) {
                        more.add(both);
                    } else if (both != null) {
                        isCut = true;
                    }
                }
            }
            all = more;
        }
        return all;
    }

    private static List<Traits> values(CallerCondition condition) {
        return switch (condition) {
            case CallerCondition.IssuerIn(Set<String> aliases) -> texts("issuer", aliases);
            case CallerCondition.SubjectIn(Set<String> subjects) -> texts("subject", subjects);
            case CallerCondition.ClientIn(Set<String> clientIds) -> texts("client_id", clientIds);
            case CallerCondition.TenantIn(Set<String> tenants) -> texts("tenant", tenants);
            case CallerCondition.InGroup(Set<String> groups) ->
                new TreeSet<>(groups)
                        .stream()
                                .map(group -> new Traits(Map.of(), Set.of(group), Set.of(), Map.of()))
                                .toList();
            case CallerCondition.ClaimIn(String name, Set<ClaimValue> values) ->
                values.stream()
                        .map(value -> new Traits(Map.of(), Set.of(), Set.of(), Map.of(name, json(value))))
                        .toList();
        };
    }

    private static List<Traits> texts(String key, Set<String> values) {
        return new TreeSet<>(values)
                .stream()
                        .map(value -> new Traits(Map.of(key, value), Set.of(), Set.of(), Map.of()))
                        .toList();
    }

    private static JsonNode json(ClaimValue value) {
        return switch (value) {
            case ClaimValue.Text(String text) -> JsonNodeFactory.instance.stringNode(text);
            case ClaimValue.Decimal decimal -> JsonNodeFactory.instance.numberNode(decimal.value());
            case ClaimValue.Flag(boolean flag) -> JsonNodeFactory.instance.booleanNode(flag);
        };
    }

    /**
     * What a caller is asked to be.
     *
     * @param texts what a caller has one of, by key: {@code issuer}, {@code subject}, {@code client_id}, {@code tenant}
     */
    private record Traits(
            Map<String, String> texts, Set<String> groups, Set<String> scopes, Map<String, JsonNode> claims) {

        /** Somebody who is both; {@code null} where nobody can be. */
        @Nullable
        Traits and(Traits other) {
            Map<String, String> allTexts = new HashMap<>(texts);
            for (Map.Entry<String, String> each : other.texts.entrySet()) {
                String mine = allTexts.putIfAbsent(each.getKey(), each.getValue());
                if (mine != null && !mine.equals(each.getValue())) {
                    return null;
                }
            }
            Map<String, JsonNode> allClaims = new HashMap<>(claims);
            for (Map.Entry<String, JsonNode> each : other.claims.entrySet()) {
                JsonNode mine = allClaims.putIfAbsent(each.getKey(), each.getValue());
                if (mine != null && !mine.equals(each.getValue())) {
                    return null;
                }
            }
            return new Traits(allTexts, union(groups, other.groups), union(scopes, other.scopes), allClaims);
        }

        private static Set<String> union(Set<String> some, Set<String> others) {
            Set<String> all = new HashSet<>(some);
            all.addAll(others);
            return all;
        }

        Subject subject() {
            return new Subject(
                    texts.getOrDefault("issuer", ""),
                    texts.getOrDefault("subject", ""),
                    texts.get("client_id"),
                    groups,
                    scopes,
                    claims,
                    texts.getOrDefault("tenant", ""));
        }

        String words() {
            List<String> words = new ArrayList<>();
            for (String key : List.of("issuer", "subject", "client_id", "tenant")) {
                String value = texts.get(key);
                if (value != null) {
                    words.add(key + " " + value);
                }
            }
            new TreeSet<>(groups).forEach(group -> words.add("group " + group));
            new TreeSet<>(claims.keySet()).forEach(name -> words.add(name + " " + claims.get(name)));
            new TreeSet<>(scopes).forEach(scope -> words.add("scope " + scope));
            return words.isEmpty() ? "everybody" : String.join(", ", words);
        }
    }
}
