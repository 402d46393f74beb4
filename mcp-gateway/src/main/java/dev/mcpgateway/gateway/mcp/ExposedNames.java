package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogItem;
import dev.mcpgateway.gateway.config.ViewNames;
import dev.mcpgateway.policy.FeatureName;
import java.util.HashSet;
import java.util.Set;

/** The names that tools, or prompts, of one view get while its list is made. No two get the same. */
final class ExposedNames {
    private final ViewNames names;
    private final Set<String> taken = new HashSet<>();

    ExposedNames(ViewNames names) {
        this.names = names;
    }

    /** The name for agents. */
    String of(FeatureName name) {
        return switch (names) {
            case ViewNames.Prefixed() -> CatalogItem.fitting(name.canonical());
            case ViewNames.Bare() ->
                // as the upstream spells it, whatever that is: agents that know it find it
                name.own().length() <= CatalogItem.EXPOSED_CHARS_MAX ? name.own() : CatalogItem.fitting(name.own());
            case ViewNames.Mapped(var byCanonical) -> {
                String own = byCanonical.get(name.canonical());
                yield own == null ? CatalogItem.fitting(name.canonical()) : own;
            }
        };
    }

    /** Whether the name was still free; from now on it is not. */
    boolean take(String exposedName) {
        return taken.add(exposedName);
    }
}
