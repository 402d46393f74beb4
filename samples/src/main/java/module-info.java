/**
 * What stands around the gateway in tests and in the quickstart: an MCP server for conformance runs, two small MCP
 * servers, a stand-in for a provider of models, and an issuer of tokens. All of it listens on loopback; nothing of it belongs into production. These are
 * programs, so the module exports no package.
 */
@org.jspecify.annotations.NullMarked
module dev.mcpgateway.samples {
    requires static transitive org.jspecify;
    requires com.nimbusds.jose.jwt;
    requires io.modelcontextprotocol.sdk.mcp.core;
    requires io.modelcontextprotocol.sdk.mcp.json.jackson3;
    requires jakarta.servlet;
    requires java.net.http;
    requires jdk.httpserver;
    requires org.eclipse.jetty.ee11.servlet;
    requires org.eclipse.jetty.server;
    requires org.slf4j;
    requires tools.jackson.databind;
}
