package dev.mcpgateway.gateway.identity;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Which scopes hold others (MCP, "Scope hierarchies"): who was granted the wider one needs not ask for the narrower. */
public final class ScopeHierarchy {
    /** No scope holds another. */
    public static final ScopeHierarchy NONE = new ScopeHierarchy(Map.of());

    private final Map<String, Set<String>> implied;

    /** Each scope and those that it holds directly; without cycles, which the configuration refuses. */
    public ScopeHierarchy(Map<String, Set<String>> implied) {
        this.implied = Map.copyOf(implied);
    }

    /** These scopes and all that they hold, also through others. */
    public Set<String> expand(Set<String> granted) {
        if (implied.isEmpty()) {
            return granted;
        }
        Set<String> all = new LinkedHashSet<>(granted);
        Deque<String> open = new ArrayDeque<>(granted);
        while (!open.isEmpty()) {
            for (String held : implied.getOrDefault(open.pop(), Set.of())) {
                if (all.add(held)) {
                    open.push(held);
                }
            }
        }
        return all;
    }
}
