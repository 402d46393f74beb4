package dev.mcpgateway.audit;

/**
 * A call that is allowed and about to go upstream: becomes the intent record ({@code phase: "intent"}).
 *
 * @param callId {@code call}: the gateway's id of the call; joins intent and outcome; not empty
 * @param kind decides {@code ev}: {@code tool.call.intent} and so on; not {@link CallKind#REQUEST}
 * @param durability {@code dur_mode}
 * @param actor {@code actor}, {@code tenant}
 * @param agent {@code agent}
 * @param source {@code src}
 * @param mcp {@code mcp}
 * @param trace {@code trace}
 * @param tool {@code tool}
 * @param model {@code model}; outcomes repeat it
 * @param policy {@code policy}
 * @param decision {@code decision}
 * @param arguments {@code args}
 */
public record CallOpened(
        String callId,
        CallKind kind,
        Durability durability,
        Actor actor,
        Agent agent,
        Source source,
        McpExchange mcp,
        TraceRef trace,
        ToolRef tool,
        ModelRef model,
        PolicyRef policy,
        Decision decision,
        PayloadSize arguments) {
    /** A call of something else than a model. */
    public CallOpened(
            String callId,
            CallKind kind,
            Durability durability,
            Actor actor,
            Agent agent,
            Source source,
            McpExchange mcp,
            TraceRef trace,
            ToolRef tool,
            PolicyRef policy,
            Decision decision,
            PayloadSize arguments) {
        this(
                callId,
                kind,
                durability,
                actor,
                agent,
                source,
                mcp,
                trace,
                tool,
                ModelRef.NONE,
                policy,
                decision,
                arguments);
    }

    /** Checks the id and the kind. */
    public CallOpened {
        Check.notEmpty("callId", callId);
        if (kind == CallKind.REQUEST) {
            throw new IllegalArgumentException("a request that is not a call has no intent");
        }
    }
}
