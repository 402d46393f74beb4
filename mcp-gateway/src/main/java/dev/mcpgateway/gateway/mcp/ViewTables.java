package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogSnapshot;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Turns each new catalogue into the tables of the views. */
final class ViewTables {
    private final List<View> views;
    private final PayloadLimits limits;
    private final PreparedTools tools;
    private volatile Map<String, ViewTable> byView;
    private volatile Map<String, String> quarantined = Map.of();
    private volatile Map<String, List<String>> leftOut = Map.of();
    private final Map<String, UriOwnership> ownership = new HashMap<>();

    /** The tables are empty, and of version 0, until the first catalogue comes. */
    ViewTables(Collection<View> views, PayloadLimits limits) {
        this.views = List.copyOf(views);
        this.limits = limits;
        this.tools = new PreparedTools(limits);
        this.byView = views.stream().collect(Collectors.toMap(View::name, ViewTables::empty));
    }

    private static ViewTable empty(View view) {
        return new ViewTable(
                0,
                new ToolTable(List.of()),
                new PromptTable(List.of()),
                new ResourceTable(view, List.of(), List.of(), List.of()),
                ServedFeatures.TOOLS_ONLY);
    }

    /** The table of a view, as of now. */
    ViewTable of(View view) {
        ViewTable table = byView.get(view.name());
        if (table == null) {
            throw new IllegalArgumentException("unknown view " + view.name());
        }
        return table;
    }

    /** Canonical names of all tools that can be called. */
    Set<String> toolNames() {
        return byView.values().stream()
                .flatMap(table -> table.tools().tools().stream())
                .map(tool -> tool.name().canonical())
                .collect(Collectors.toSet());
    }

    /** Tools that are kept out of every view, by canonical name, with the reason. */
    Map<String, String> quarantined() {
        return quarantined;
    }

    /** What upstreams offer and a view does not, though it was selected: sentences for operators, by view. */
    Map<String, List<String>> leftOut() {
        return leftOut;
    }

    /** Takes over a new catalogue. Called by one thread at a time. */
    synchronized void update(CatalogSnapshot catalog) {
        List<PreparedTool> callable = tools.of(catalog.tools());
        Map<String, ViewTable> next = new HashMap<>();
        Map<String, List<String>> problems = new HashMap<>();
        for (View view : views) {
            LeftOut left = new LeftOut(view.name(), leftOut.getOrDefault(view.name(), List.of()));
            ViewAssembly assembly = new ViewAssembly(
                    view, catalog, limits, left, ownership.getOrDefault(view.name(), UriOwnership.NONE));
            next.put(view.name(), assembly.table(callable));
            ownership.put(view.name(), assembly.ownership());
            problems.put(view.name(), left.sentences());
        }
        quarantined = tools.quarantined();
        leftOut = Map.copyOf(problems);
        byView = Map.copyOf(next);
    }
}
