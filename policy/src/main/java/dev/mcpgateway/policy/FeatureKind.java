package dev.mcpgateway.policy;

/** The kinds of server features (MCP, "Server Features") that rules are about, and the action of a rule for each. */
public enum FeatureKind {
    /** A tool, called with {@code tools/call}. */
    TOOL("tools/call"),
    /** A prompt, fetched with {@code prompts/get}. */
    PROMPT("prompts/get"),
    /** A resource, read with {@code resources/read}. */
    RESOURCE("resources/read");

    private final String action;

    FeatureKind(String action) {
        this.action = action;
    }

    /** What rules call the use of such a feature: its MCP method. */
    public String action() {
        return action;
    }
}
