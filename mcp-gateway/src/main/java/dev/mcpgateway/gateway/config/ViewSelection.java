package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import java.util.List;

/**
 * What a view offers of its upstreams. It only narrows: what is left still needs a rule that permits it.
 *
 * @param tools patterns of canonical names; none means no tool
 * @param prompts the same for prompts
 * @param resources the same for resources, whose canonical name is {@code <alias>__<uri>}
 */
public record ViewSelection(List<FeaturePattern> tools, List<FeaturePattern> prompts, List<FeaturePattern> resources) {
    private static final List<FeaturePattern> ANY = List.of(FeaturePattern.EVERYTHING);

    /** Everything that the upstreams have. */
    public static final ViewSelection ALL = new ViewSelection(ANY, ANY, ANY);

    /** Copies the lists. */
    public ViewSelection {
        tools = List.copyOf(tools);
        prompts = List.copyOf(prompts);
        resources = List.copyOf(resources);
    }

    /** Whether a feature of this name belongs to the view. */
    public boolean has(FeatureName name) {
        List<FeaturePattern> patterns = switch (name.kind()) {
            case TOOL -> tools;
            case PROMPT -> prompts;
            case RESOURCE -> resources;
            case MODEL -> List.of();
        };
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }
}
