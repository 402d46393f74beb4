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

    /** The MCP method that uses such a feature, and what rules call that use. */
    public String action() {
        return action;
    }
}
