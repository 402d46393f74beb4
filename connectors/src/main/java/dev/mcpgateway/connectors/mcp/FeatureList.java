package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.McpNames;

/** The lists of features that a server may offer. */
@SuppressWarnings("ImmutableEnumChecker") // names are never written to
public enum FeatureList {
    TOOLS("tools/list", McpNames.TOOLS, McpNames.NAME),
    PROMPTS("prompts/list", McpNames.PROMPTS, McpNames.NAME),
    RESOURCES("resources/list", McpNames.RESOURCES, McpNames.URI),
    RESOURCE_TEMPLATES("resources/templates/list", McpNames.RESOURCE_TEMPLATES, McpNames.URI_TEMPLATE);

    private final String method;
    private final Name member;
    private final Name key;

    FeatureList(String method, Name member, Name key) {
        this.method = method;
        this.member = member;
        this.key = key;
    }

    /** The method that asks for it. */
    public String method() {
        return method;
    }

    /** The member of the result that holds it. */
    public Name member() {
        return member;
    }

    /** The member of an entry that names it. */
    public Name key() {
        return key;
    }
}
