package dev.mcpgateway.policy;

/** What a rule is about: a use of a feature. A rule that names only one action says nothing about any other. */
public enum Action {
    /** Calling a tool. */
    CALL_TOOL(FeatureKind.TOOL.action(), FeatureKind.TOOL),
    /** Fetching a prompt. */
    GET_PROMPT(FeatureKind.PROMPT.action(), FeatureKind.PROMPT),
    /** Reading a resource. */
    READ_RESOURCE(FeatureKind.RESOURCE.action(), FeatureKind.RESOURCE),
    /** Asking the caller's model for a completion while a tool runs; it spends the caller's budget. */
    SAMPLE("sampling/createMessage", FeatureKind.TOOL),
    /** Calling a language model. */
    CALL_MODEL(FeatureKind.MODEL.action(), FeatureKind.MODEL);

    private final String word;
    private final FeatureKind kind;

    Action(String word, FeatureKind kind) {
        this.word = word;
        this.kind = kind;
    }

    /** The use of a feature of {@code kind}. */
    public static Action of(FeatureKind kind) {
        return switch (kind) {
            case TOOL -> CALL_TOOL;
            case PROMPT -> GET_PROMPT;
            case RESOURCE -> READ_RESOURCE;
            case MODEL -> CALL_MODEL;
        };
    }

    /** What policy files call it: an MCP method, or {@code model/call}. */
    public String word() {
        return word;
    }

    /** The kind of the features that the resources of such a rule name. */
    public FeatureKind kind() {
        return kind;
    }
}
