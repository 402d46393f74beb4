package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.util.List;

/** What agents are told of lists that have changed. */
@SuppressWarnings("ImmutableEnumChecker") // names are never written to
enum ListChange {
    TOOLS("notifications/tools/list_changed", "toolsListChanged", FeatureList.TOOLS),
    PROMPTS("notifications/prompts/list_changed", "promptsListChanged", FeatureList.PROMPTS),
    RESOURCES(
            "notifications/resources/list_changed",
            "resourcesListChanged",
            FeatureList.RESOURCES,
            FeatureList.RESOURCE_TEMPLATES);

    private final String method;
    private final Name filter;
    private final List<FeatureList> lists;

    ListChange(String method, String filter, FeatureList... lists) {
        this.method = method;
        this.filter = Name.of(filter);
        this.lists = List.of(lists);
    }

    /** The notification. */
    String method() {
        return method;
    }

    /** The member of {@code params.notifications} that asks for it. */
    Name filter() {
        return filter;
    }

    /** The lists that it is about. */
    List<FeatureList> lists() {
        return lists;
    }
}
