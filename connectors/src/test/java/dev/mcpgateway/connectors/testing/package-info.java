/**
 * Fakes in the quality of a product, shipped as a test-jar: an MCP server whose every misbehaviour can be scripted
 * ({@link dev.mcpgateway.connectors.testing.FakeMcpServer} over HTTP,
 * {@link dev.mcpgateway.connectors.testing.FakeStdioServer} over stdio), and the raw TCP server below it.
 */
package dev.mcpgateway.connectors.testing;
