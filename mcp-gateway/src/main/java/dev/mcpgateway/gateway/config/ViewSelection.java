package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.ToolPattern;
import java.util.List;

/**
 * What a view offers of its upstreams. It only narrows: what is left still needs a rule that permits it.
 *
 * @param tools patterns of canonical names; none means no tool
 * @param prompts the same for prompts
 * @param resources the same for resources, whose canonical name is {@code <alias>__<uri>}
 */
public record ViewSelection(List<ToolPattern> tools, List<ToolPattern> prompts, List<ToolPattern> resources) {
    private static final List<ToolPattern> ANY = List.of(ToolPattern.EVERYTHING);

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
        List<ToolPattern> patterns =
                switch (name.kind()) {
                    case TOOL -> tools;
                    case PROMPT -> prompts;
                    case RESOURCE -> resources;
                };
        return patterns.stream().anyMatch(pattern -> pattern.matches(name));
    }
}
