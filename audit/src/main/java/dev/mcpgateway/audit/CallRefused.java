package dev.mcpgateway.audit;

/**
 * A request that was refused before anything went upstream (JSON: {@code ev} is {@code auth.denied} for an unverified
 * caller, else the kind's {@code .denied}; {@code detail} is {@code {stage, reason}}).
 *
 * @param callId {@code call}: the gateway's id of the call; not empty
 * @param kind decides {@code ev} for a verified caller
 * @param stage {@code detail.stage}: the stage that refused
 * @param reason {@code detail.reason}: stable name of the refusal
 * @param authenticated whether the caller was verified; refusals of unverified callers pass the flood summary
 * @param actor {@code actor}, {@code tenant}
 * @param agent {@code agent}
 * @param source {@code src}
 * @param mcp {@code mcp}
 * @param trace {@code trace}
 * @param tool {@code tool}
 * @param model {@code model}
 * @param policy {@code policy}
 * @param decision {@code decision}
 * @param screen {@code screen}: what guardrails saw in the request; left out where none looked
 */
public record CallRefused(
        String callId,
        CallKind kind,
        String stage,
        String reason,
        boolean authenticated,
        Actor actor,
        Agent agent,
        Source source,
        McpExchange mcp,
        TraceRef trace,
        ToolRef tool,
        ModelRef model,
        PolicyRef policy,
        Decision decision,
        ScreenRecord screen) {
    /** A refusal by something else than a guardrail. */
    public CallRefused(
            String callId,
            CallKind kind,
            String stage,
            String reason,
            boolean authenticated,
            Actor actor,
            Agent agent,
            Source source,
            McpExchange mcp,
            TraceRef trace,
            ToolRef tool,
            ModelRef model,
            PolicyRef policy,
            Decision decision) {
        this(
                callId,
                kind,
                stage,
                reason,
                authenticated,
                actor,
                agent,
                source,
                mcp,
                trace,
                tool,
                model,
                policy,
                decision,
                ScreenRecord.NONE);
    }

    /** A refusal of something else than a call of a model. */
    public CallRefused(
            String callId,
            CallKind kind,
            String stage,
            String reason,
            boolean authenticated,
            Actor actor,
            Agent agent,
            Source source,
            McpExchange mcp,
            TraceRef trace,
            ToolRef tool,
            PolicyRef policy,
            Decision decision) {
        this(
                callId,
                kind,
                stage,
                reason,
                authenticated,
                actor,
                agent,
                source,
                mcp,
                trace,
                tool,
                ModelRef.NONE,
                policy,
                decision);
    }

    /** Checks what every refusal must say. */
    public CallRefused {
        Check.notEmpty("callId", callId);
        Check.notEmpty("stage", stage);
        Check.notEmpty("reason", reason);
    }
}
