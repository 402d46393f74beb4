package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;

/**
 * What a server declared in {@code initialize} or {@code server/discover}. Not declared is not there.
 *
 * @param tools whether it has tools
 * @param prompts whether it has prompts
 * @param resources whether it has resources or templates of them
 * @param resourceSubscribe whether it tells of changes of single resources
 * @param completions whether it completes arguments
 * @param logging whether it sends log messages
 * @param toolsListChanged whether it announces changes of its tools
 * @param promptsListChanged whether it announces changes of its prompts
 * @param resourcesListChanged whether it announces changes of its resources and templates
 */
public record ServerCapabilities(
        boolean tools,
        boolean prompts,
        boolean resources,
        boolean resourceSubscribe,
        boolean completions,
        boolean logging,
        boolean toolsListChanged,
        boolean promptsListChanged,
        boolean resourcesListChanged) {

    /** Nothing declared. */
    public static final ServerCapabilities NONE =
            new ServerCapabilities(false, false, false, false, false, false, false, false, false);

    /** Tools that never change, and nothing else. */
    public static final ServerCapabilities TOOLS_ONLY =
            new ServerCapabilities(true, false, false, false, false, false, false, false, false);

    /** Reads a {@code capabilities} object; what is no object declares nothing. */
    public static ServerCapabilities of(JsonDocument document, int capabilities) {
        int tools = document.member(capabilities, McpNames.TOOLS);
        int prompts = document.member(capabilities, McpNames.PROMPTS);
        int resources = document.member(capabilities, McpNames.RESOURCES);
        return new ServerCapabilities(
                document.is(tools, Kind.OBJECT),
                document.is(prompts, Kind.OBJECT),
                document.is(resources, Kind.OBJECT),
                isTrue(document, resources, McpNames.SUBSCRIBE),
                document.is(document.member(capabilities, McpNames.COMPLETIONS), Kind.OBJECT),
                document.is(document.member(capabilities, McpNames.LOGGING), Kind.OBJECT),
                isTrue(document, tools, McpNames.LIST_CHANGED),
                isTrue(document, prompts, McpNames.LIST_CHANGED),
                isTrue(document, resources, McpNames.LIST_CHANGED));
    }

    private static boolean isTrue(JsonDocument document, int object, Name member) {
        return document.is(document.member(object, member), Kind.TRUE);
    }

    /** Whether the server may be asked for that list. */
    public boolean offers(FeatureList list) {
        return switch (list) {
            case TOOLS -> tools;
            case PROMPTS -> prompts;
            case RESOURCES, RESOURCE_TEMPLATES -> resources;
        };
    }

    /** Whether the server announces changes of that list. */
    public boolean listChanged(FeatureList list) {
        return switch (list) {
            case TOOLS -> toolsListChanged;
            case PROMPTS -> promptsListChanged;
            case RESOURCES, RESOURCE_TEMPLATES -> resourcesListChanged;
        };
    }

    /** Whether the server announces changes of any list. */
    public boolean anyListChanged() {
        return toolsListChanged || promptsListChanged || resourcesListChanged;
    }
}
