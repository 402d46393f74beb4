/**
 * The one transport that is left to the MCP Java SDK: HTTP+SSE of 2024-11-05, at the level of messages. Only this package
 * touches the SDK and Reactor. What the SDK does not keep is documented at
 * {@link dev.mcpgateway.connectors.mcp.sdk.SseUpstream}.
 */
package dev.mcpgateway.connectors.mcp.sdk;
