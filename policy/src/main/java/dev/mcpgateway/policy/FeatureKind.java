package dev.mcpgateway.policy;

/**
 * What rules are about, and the action of a rule for each: the kinds of server features (MCP, "Server Features"), and
 * models.
 */
public enum FeatureKind {
    /** A tool, called with {@code tools/call}. */
    TOOL("tools/call"),
    /** A prompt, fetched with {@code prompts/get}. */
    PROMPT("prompts/get"),
    /** A resource, read with {@code resources/read}. */
    RESOURCE("resources/read"),
    /** A language model, called over any of its protocols. */
    MODEL("model/call");

    private final String action;

    FeatureKind(String action) {
        this.action = action;
    }

    /** What rules call such a use; for server features, the MCP method. */
    public String action() {
        return action;
    }
}
