package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Reads {@code scopes.implies}: which scopes hold which others. */
final class ImpliedScopes {
    /** What a scope may look like (RFC 6749, section 3.3). */
    private static final String SCOPE = "[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,256}";

    private static final int SCOPES_MAX = 500;

    private final Map<String, Set<String>> implied = new LinkedHashMap<>();

    private ImpliedScopes() {}

    static Map<String, Set<String>> read(YamlObject section) {
        ImpliedScopes reader = new ImpliedScopes();
        section.named("implies").forEach(reader::add);
        section.rejectUnknownKeys();
        for (String scope : reader.implied.keySet()) {
            if (reader.holdsItself(scope, scope, new HashSet<>())) {
                section.problem(
                        "implies", "'" + scope + "' holds itself in the end", "A hierarchy of scopes has no cycle");
                break;
            }
        }
        return reader.implied;
    }

    private void add(String scope, YamlValue value) {
        Set<String> held = texts(value);
        held.add(scope);
        for (String each : held) {
            if (!each.matches(SCOPE)) {
                value.problem("'" + each + "' is no scope", "Scopes have no blanks, quotes and backslashes");
            }
        }
        implied.put(scope, texts(value));
        if (implied.size() > SCOPES_MAX) {
            value.problem("more than " + SCOPES_MAX + " scopes hold others", "");
        }
    }

    private static Set<String> texts(YamlValue value) {
        Set<String> texts = new LinkedHashSet<>();
        value.oneOrMore().forEach(each -> texts.add(each.text()));
        return texts;
    }

    private boolean holdsItself(String scope, String at, Set<String> seen) {
        for (String held : implied.getOrDefault(at, Set.of())) {
            if (held.equals(scope) || (seen.add(held) && holdsItself(scope, held, seen))) {
                return true;
            }
        }
        return false;
    }
}
