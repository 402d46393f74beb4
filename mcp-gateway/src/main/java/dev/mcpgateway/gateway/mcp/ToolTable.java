package dev.mcpgateway.gateway.mcp;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tools of one view at one version of the catalogue. Immutable. */
final class ToolTable {
    private final List<ExposedTool> tools;
    private final Map<String, ExposedTool> byName = new HashMap<>();

    ToolTable(List<ExposedTool> tools) {
        this.tools = List.copyOf(tools);
        tools.forEach(tool -> byName.put(tool.exposedName(), tool));
    }

    /** In the order in which they are listed: by alias, then name. */
    List<ExposedTool> tools() {
        return tools;
    }

    /** The tool of exactly this name, or {@code null}. */
    @Nullable
    ExposedTool find(String exposedName) {
        return byName.get(exposedName);
    }
}
