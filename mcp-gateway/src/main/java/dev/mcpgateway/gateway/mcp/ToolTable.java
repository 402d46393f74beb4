package dev.mcpgateway.gateway.mcp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tools of one view at one version of the catalogue. Immutable. */
final class ToolTable {
    private final long version;
    private final List<ExposedTool> tools;
    private final Map<String, ExposedTool> byName = new LinkedHashMap<>();

    ToolTable(long version, List<ExposedTool> tools) {
        this.version = version;
        this.tools = List.copyOf(tools);
        tools.forEach(tool -> byName.put(tool.exposedName(), tool));
    }

    /** The catalogue's version; 0 before it was first filled. */
    long version() {
        return version;
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
