package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonDocument.Name;

/** Member names of JSON-RPC 2.0 and MCP, prepared for comparisons. */
public final class McpNames {
    public static final Name JSONRPC = Name.of("jsonrpc");
    public static final Name ID = Name.of("id");
    public static final Name METHOD = Name.of("method");
    public static final Name PARAMS = Name.of("params");
    public static final Name RESULT = Name.of("result");
    public static final Name ERROR = Name.of("error");
    public static final Name CODE = Name.of("code");
    public static final Name MESSAGE = Name.of("message");
    public static final Name DATA = Name.of("data");

    public static final Name NAME = Name.of("name");
    public static final Name URI = Name.of("uri");
    public static final Name ARGUMENTS = Name.of("arguments");
    public static final Name CURSOR = Name.of("cursor");
    public static final Name NEXT_CURSOR = Name.of("nextCursor");
    public static final Name META = Name.of("_meta");
    public static final Name PROTOCOL_VERSION = Name.of("protocolVersion");
    public static final Name CAPABILITIES = Name.of("capabilities");
    public static final Name CLIENT_INFO = Name.of("clientInfo");
    public static final Name SERVER_INFO = Name.of("serverInfo");
    public static final Name INSTRUCTIONS = Name.of("instructions");
    public static final Name SUPPORTED = Name.of("supported");
    public static final Name SUPPORTED_VERSIONS = Name.of("supportedVersions");
    public static final Name VERSION = Name.of("version");
    public static final Name REQUEST_ID = Name.of("requestId");
    public static final Name PROGRESS_TOKEN = Name.of("progressToken");
    public static final Name PROGRESS = Name.of("progress");
    public static final Name REQUEST_STATE = Name.of("requestState");
    public static final Name INPUT_RESPONSES = Name.of("inputResponses");
    public static final Name INPUT_REQUESTS = Name.of("inputRequests");

    public static final Name TOOLS = Name.of("tools");
    public static final Name PROMPTS = Name.of("prompts");
    public static final Name RESOURCES = Name.of("resources");
    public static final Name RESOURCE_TEMPLATES = Name.of("resourceTemplates");
    public static final Name URI_TEMPLATE = Name.of("uriTemplate");
    public static final Name COMPLETIONS = Name.of("completions");
    public static final Name LOGGING = Name.of("logging");
    public static final Name SUBSCRIBE = Name.of("subscribe");
    public static final Name REF = Name.of("ref");
    public static final Name NOTIFICATIONS = Name.of("notifications");
    public static final Name RESOURCE_SUBSCRIPTIONS = Name.of("resourceSubscriptions");
    public static final Name ELICITATION = Name.of("elicitation");
    public static final Name SAMPLING = Name.of("sampling");
    public static final Name ROOTS = Name.of("roots");
    public static final Name MODE = Name.of("mode");
    public static final Name FORM = Name.of("form");
    public static final Name URL = Name.of("url");
    public static final Name TOOL_CHOICE = Name.of("toolChoice");
    public static final Name LIST_CHANGED = Name.of("listChanged");
    public static final Name TITLE = Name.of("title");
    public static final Name DESCRIPTION = Name.of("description");
    public static final Name INPUT_SCHEMA = Name.of("inputSchema");
    public static final Name OUTPUT_SCHEMA = Name.of("outputSchema");
    public static final Name CONTENT = Name.of("content");
    public static final Name STRUCTURED_CONTENT = Name.of("structuredContent");
    public static final Name IS_ERROR = Name.of("isError");
    public static final Name TYPE = Name.of("type");
    public static final Name TEXT = Name.of("text");
    public static final Name RESULT_TYPE = Name.of("resultType");
    public static final Name TTL_MS = Name.of("ttlMs");
    public static final Name CACHE_SCOPE = Name.of("cacheScope");

    /** Keys of {@code _meta} (MCP 2026-07-28, basic, "_meta"). */
    public static final Name META_PROTOCOL_VERSION = Name.of("io.modelcontextprotocol/protocolVersion");

    public static final Name META_CLIENT_INFO = Name.of("io.modelcontextprotocol/clientInfo");
    public static final Name META_CLIENT_CAPABILITIES = Name.of("io.modelcontextprotocol/clientCapabilities");
    public static final Name META_LOG_LEVEL = Name.of("io.modelcontextprotocol/logLevel");
    public static final Name META_SERVER_INFO = Name.of("io.modelcontextprotocol/serverInfo");
    public static final Name META_SUBSCRIPTION_ID = Name.of("io.modelcontextprotocol/subscriptionId");
    public static final Name TRACEPARENT = Name.of("traceparent");
    public static final Name TRACESTATE = Name.of("tracestate");
    public static final Name BAGGAGE = Name.of("baggage");

    private McpNames() {}
}
