package dev.mcpgateway.audit;

/** What was listed; its name is that of the count in the record and begins the event name ({@code ev}). */
public enum ListKind {
    /** MCP {@code tools/list}. */
    TOOLS("tools"),
    /** MCP {@code prompts/list}. */
    PROMPTS("prompts"),
    /** MCP {@code resources/list}. */
    RESOURCES("resources"),
    /** MCP {@code resources/templates/list}. */
    RESOURCE_TEMPLATES("resource_templates"),
    /** Models, in any protocol. */
    MODELS("models");

    private final String json;
    private final String event;

    ListKind(String json) {
        this.json = json;
        this.event = json + ".list";
    }

    String json() {
        return json;
    }

    String event() {
        return event;
    }
}
