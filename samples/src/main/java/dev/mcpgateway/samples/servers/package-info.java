/**
 * Two small MCP servers as a company may have them, made with the MCP Java SDK: a CRM over Streamable HTTP and a shared
 * folder over stdio. They speak revisions up to 2025-11-25. The quickstart puts the gateway in front of both.
 *
 * <p>One ticket of the CRM carries a prompt injection, as a hostile customer would write it: that is what the screening
 * of the gateway has to catch.
 */
package dev.mcpgateway.samples.servers;
