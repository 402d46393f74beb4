/** The MCP face: one switch from method to path, the paths of a call and of a list, sessions, and what they share. */
package dev.mcpgateway.gateway.mcp;
