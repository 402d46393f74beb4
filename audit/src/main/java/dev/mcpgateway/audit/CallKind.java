package dev.mcpgateway.audit;

/** What kind of call a record is about; its name begins the event names ({@code ev}) of the call's records. */
public enum CallKind {
    /** MCP {@code tools/call}. */
    TOOL_CALL("tool.call"),
    /** MCP {@code resources/read}. */
    RESOURCE_READ("resource.read"),
    /** MCP {@code prompts/get}. */
    PROMPT_GET("prompt.get"),
    /** MCP {@code completion/complete}. */
    COMPLETION("completion"),
    /** MCP {@code resources/subscribe}, and each resource of {@code subscriptions/listen}. */
    RESOURCE_SUBSCRIBE("resource.subscribe"),
    /** A call of a language model. */
    LLM_CALL("llm.call"),
    /** Any other request of a known caller; only ever refused, because only calls get an intent. */
    REQUEST("mcp.request");

    private final String event;
    private final String intent;
    private final String outcome;
    private final String denied;

    CallKind(String event) {
        this.event = event;
        this.intent = event + ".intent";
        this.outcome = event + ".outcome";
        this.denied = event + ".denied";
    }

    String intent() {
        return intent;
    }

    String outcome() {
        return outcome;
    }

    String denied() {
        return denied;
    }

    /** The beginning of the event names, such as {@code tool.call}. */
    public String event() {
        return event;
    }
}
