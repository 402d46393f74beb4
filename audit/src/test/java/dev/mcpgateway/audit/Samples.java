package dev.mcpgateway.audit;

import java.util.List;
import java.util.Map;

/** Believable values for tests. */
final class Samples {
    static final Actor ACTOR = new Actor(
            "https://id.example/", "user-1", "agent-app", List.of("tools:call", "crm:read"), "jti-0001", "acme");
    static final Agent AGENT = new Agent("support-bot", "2.1.0", "");
    static final Source SOURCE = new Source("127.0.0.2", 40312, "support-bot/2.1");
    static final McpExchange MCP = new McpExchange("2026-07-28", "tools/call", "7", "", "streamable_http");
    static final TraceRef TRACE = new TraceRef("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    static final ToolRef TOOL = new ToolRef("crm", "get_customer", "ab".repeat(32));
    static final PolicyRef POLICY = new PolicyRef("cd".repeat(32), List.of("support-may-read"));
    static final Decision ALLOW = new Decision(Decision.Effect.ALLOW, "rule");
    static final Decision DENY = new Decision(Decision.Effect.DENY, "no_rule");

    private Samples() {}

    static CallOpened call(String callId) {
        return call(callId, Durability.STRICT);
    }

    static CallOpened call(String callId, Durability durability) {
        return new CallOpened(
                callId,
                CallKind.TOOL_CALL,
                durability,
                ACTOR,
                AGENT,
                SOURCE,
                MCP,
                TRACE,
                TOOL,
                POLICY,
                ALLOW,
                new PayloadSize(42));
    }

    static CallOutcome outcome() {
        ScreenRecord screen = new ScreenRecord(
                List.of(new ScreenRecord.Pack("base", "1", "ef".repeat(32))),
                "enforce",
                "clean",
                "allow",
                "",
                List.of(),
                new ScreenRecord.Coverage(1, 977, 0, false));
        return new CallOutcome(CallStatus.OK, "", 200, 1_234, 1_024, 310, new PayloadSize(977), screen, List.of());
    }

    static CallOpened modelCall(String callId) {
        return new CallOpened(
                callId,
                CallKind.LLM_CALL,
                Durability.INTENT,
                ACTOR,
                Agent.NONE,
                SOURCE,
                McpExchange.NONE,
                TRACE,
                ToolRef.NONE,
                new ModelRef("small", "acme", "acme-small-2", "chat", true),
                POLICY,
                ALLOW,
                new PayloadSize(42));
    }

    static CallOpened observedModelCall(String callId) {
        CallOpened call = modelCall(callId);
        return new CallOpened(
                callId,
                call.kind(),
                call.durability(),
                call.actor(),
                call.agent(),
                call.source(),
                call.mcp(),
                call.trace(),
                call.tool(),
                call.model(),
                call.policy(),
                new Decision(
                        Decision.Effect.ALLOW,
                        "observed",
                        List.of("model_hidden no_permit", "rate_limited 60 a minute")),
                call.arguments());
    }

    static CallOutcome modelOutcome() {
        return new CallOutcome(
                CallStatus.OK,
                "",
                200,
                1_234,
                1_024,
                310,
                new PayloadSize(977),
                ScreenRecord.NONE,
                new ModelOutcome(
                        "acme-small-2-0611",
                        "stop",
                        new TokenCounts(
                                100,
                                60,
                                20,
                                5,
                                12,
                                4,
                                new TokenCounts.Medium(30, 10, 0),
                                new TokenCounts.Medium(0, 0, 7)),
                        Map.of("web_search", 3L, "file_search", 1L),
                        "batch",
                        12_345,
                        false,
                        "",
                        new ModelRouting(
                                "acme",
                                "acme-small-2",
                                2,
                                true,
                                List.of(new ModelRouting.Step(
                                        "fallback", "other/small", "acme/acme-small-2", "provider_error", 1)))),
                List.of());
    }

    /** Of an answer that was kept: nobody was asked. */
    static CallOutcome keptModelOutcome() {
        return new CallOutcome(
                CallStatus.OK,
                "",
                0,
                234,
                0,
                0,
                new PayloadSize(977),
                ScreenRecord.NONE,
                new ModelOutcome(
                        "acme-small-2-0611",
                        "stop",
                        new TokenCounts(100, 60, 20, 5, 12, 4),
                        Map.of(),
                        "",
                        -1,
                        false,
                        "exact",
                        ModelRouting.NONE),
                List.of());
    }

    static CallRefused modelRefusal(String callId) {
        return new CallRefused(
                callId,
                CallKind.LLM_CALL,
                "LOCATE",
                "unknown_model",
                true,
                ACTOR,
                Agent.NONE,
                SOURCE,
                McpExchange.NONE,
                TRACE,
                ToolRef.NONE,
                new ModelRef("other", "", "", "chat", false),
                POLICY,
                DENY);
    }

    static CallRefused guardedRefusal(String callId) {
        return new CallRefused(
                callId,
                CallKind.LLM_CALL,
                "CHECK",
                "guardrail",
                true,
                ACTOR,
                Agent.NONE,
                SOURCE,
                McpExchange.NONE,
                TRACE,
                ToolRef.NONE,
                new ModelRef("gpt", "", "", "chat", true),
                POLICY,
                Decision.NONE,
                new ScreenRecord(
                        List.of(new ScreenRecord.Pack("core", "1", "ab")),
                        "enforce",
                        "hit",
                        "block",
                        "",
                        List.of(new ScreenRecord.Finding(
                                "card-numbers", 1, "prompt", "/messages/0/content", 3, 16, "")),
                        new ScreenRecord.Coverage(2, 40, 0, false)));
    }

    static CallRefused refusal(String callId) {
        return new CallRefused(
                callId,
                CallKind.TOOL_CALL,
                "AUTHORIZE",
                "Denied",
                true,
                ACTOR,
                AGENT,
                SOURCE,
                MCP,
                TRACE,
                TOOL,
                POLICY,
                DENY);
    }

    static CallRefused unverified(String callId, String ip) {
        return new CallRefused(
                callId,
                CallKind.REQUEST,
                "IDENTIFY",
                "BadToken",
                false,
                Actor.NONE,
                Agent.NONE,
                new Source(ip, 1, ""),
                McpExchange.NONE,
                TraceRef.NONE,
                ToolRef.NONE,
                PolicyRef.NONE,
                Decision.NONE);
    }
}
