/** What agents of each era may say and are told, and what becomes of results on their way back. */
package dev.mcpgateway.gateway.mcp;
