package dev.mcpgateway.audit;

/**
 * The protocol exchange that carried the request (JSON: {@code mcp}). Empty strings are left out.
 *
 * @param protocol {@code mcp.protocol}: revision, such as {@code 2026-07-28}
 * @param method {@code mcp.method}: JSON-RPC method
 * @param requestId {@code mcp.req_id}: JSON-RPC id as text
 * @param session the session id; written as {@code mcp.session} only as a keyed pseudonym, because a legacy session id
 *     can be used by whoever reads it
 * @param transport {@code mcp.transport}: such as {@code streamable_http}
 */
public record McpExchange(String protocol, String method, String requestId, String session, String transport) {
    /** The request never became an MCP message. */
    public static final McpExchange NONE = new McpExchange("", "", "", "", "");
}
