/**
 * MCP servers outside: how a call reaches one ({@link dev.mcpgateway.connectors.mcp.McpUpstream}), every way in which it
 * may end ({@link dev.mcpgateway.connectors.mcp.UpstreamReply}), and the catalogue of all their tools
 * ({@link dev.mcpgateway.connectors.mcp.Catalog}). Messages stay bytes from end to end; the agent's era and the
 * upstream's need not be the same.
 */
package dev.mcpgateway.connectors.mcp;
