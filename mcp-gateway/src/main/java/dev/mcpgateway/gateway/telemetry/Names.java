package dev.mcpgateway.gateway.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/**
 * Names of spans' and metrics' attributes: the one table. MCP and GenAI names are those of the OpenTelemetry semantic
 * conventions 1.41 (status: development); those that begin with {@code gateway.} are ours.
 */
final class Names {
    static final AttributeKey<String> METHOD = AttributeKey.stringKey("mcp.method.name");
    static final AttributeKey<String> PROTOCOL_VERSION = AttributeKey.stringKey("mcp.protocol.version");
    static final AttributeKey<String> SESSION_ID = AttributeKey.stringKey("mcp.session.id");
    static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("jsonrpc.request.id");
    static final AttributeKey<String> STATUS_CODE = AttributeKey.stringKey("rpc.response.status_code");
    static final AttributeKey<String> TOOL = AttributeKey.stringKey("gen_ai.tool.name");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    static final AttributeKey<String> EXCEPTION_TYPE = AttributeKey.stringKey("exception.type");
    static final AttributeKey<String> EXCEPTION_MESSAGE = AttributeKey.stringKey("exception.message");
    static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    static final AttributeKey<String> TRANSPORT = AttributeKey.stringKey("network.transport");
    static final AttributeKey<String> PROTOCOL_NAME = AttributeKey.stringKey("network.protocol.name");

    static final AttributeKey<String> CALL_ID = AttributeKey.stringKey("gateway.call.id");
    static final AttributeKey<String> UPSTREAM = AttributeKey.stringKey("gateway.upstream");
    static final AttributeKey<String> STAGE = AttributeKey.stringKey("gateway.stage");
    static final AttributeKey<String> REASON = AttributeKey.stringKey("gateway.reason");
    static final AttributeKey<String> DECISION = AttributeKey.stringKey("gateway.decision");
    static final AttributeKey<String> STATE = AttributeKey.stringKey("gateway.state");
    static final AttributeKey<String> RESULT = AttributeKey.stringKey("gateway.result");
    static final AttributeKey<String> FROM_PROVIDER = AttributeKey.stringKey("from_provider");
    static final AttributeKey<String> TO_PROVIDER = AttributeKey.stringKey("to_provider");
    static final AttributeKey<String> ROUTE_REASON = AttributeKey.stringKey("reason");
    static final AttributeKey<Long> ROUTE_ATTEMPT = AttributeKey.longKey("attempt");
    static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("gateway.upstream.attempts");
    static final AttributeKey<Long> COST = AttributeKey.longKey("gateway.model.cost_nano_usd");

    /** The path by which a call of a model came, such as {@code chat_completions}. */
    static final AttributeKey<String> CHANNEL = AttributeKey.stringKey("gateway.channel");

    /** The run of an agent that a call belongs to: the id of its trace. */
    static final AttributeKey<String> RUN = AttributeKey.stringKey("gateway.run.id");

    /** {@code success}, {@code error} or {@code timeout}. */
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("gateway.outcome");

    static final AttributeKey<Double> DURATION_SECONDS = AttributeKey.doubleKey("gateway.duration");
    static final AttributeKey<Double> OVERHEAD_SECONDS = AttributeKey.doubleKey("gateway.overhead");

    static final AttributeKey<String> SIGNAL = AttributeKey.stringKey("gateway.signal");

    static final String EXCEPTION_EVENT = "exception";
    static final String SERVER_DURATION = "mcp.server.operation.duration";
    static final String CLIENT_DURATION = "mcp.client.operation.duration";
    static final String REFUSALS = "gateway.refusals";
    static final String DECISIONS = "gateway.decisions";
    static final String STAGE_TIME = "gateway.stage.time";
    static final String STAGE_COUNT = "gateway.stage.count";
    static final String OVERHEAD = "gateway.overhead";
    static final String CACHE_REQUESTS = "gateway.cache.requests";
    static final String SCREENED = "gateway.screen.findings";
    static final String CONTEXT_USED = "gateway.model.context_used";
    static final String MODEL_COST = "gateway.model.cost";
    static final String UPSTREAM_HEALTH = "gateway.upstream.health";
    static final String MISMATCH = "gateway.model.mismatch";
    static final String SIGNALS = "gateway.signals";
    static final String SPANS_DROPPED = "gateway.telemetry.spans.dropped";

    private Names() {}
}
