/**
 * How a call is carried out: MCP servers (and later models) outside, their wire formats, credentials and failures.
 * Knows neither policy nor audit.
 *
 * <p>{@code wire} is the MCP wire format for both faces of the gateway. {@code net} makes every outbound connection.
 * {@code credential} is what upstreams get instead of the caller's token; {@code oauth} is the client that gets users' tokens. {@code mcp} carries out calls and keeps the
 * catalogue of tools; {@code mcp.sdk} does so over the one transport that the MCP Java SDK still provides; {@code openapi}
 * makes the operations of an HTTP API tools. {@code model} carries out calls of language models; {@code model.translate}
 * turns one model protocol into another.
 */
@org.jspecify.annotations.NullMarked
module dev.mcpgateway.connectors {
    requires static transitive org.jspecify;
    requires org.slf4j;
    requires org.apache.httpcomponents.client5.httpclient5;
    requires org.apache.httpcomponents.core5.httpcore5;
    requires java.net.http;
    requires java.xml;
    requires io.modelcontextprotocol.sdk.mcp.core;
    requires reactor.core;
    requires org.reactivestreams;
    requires io.github.resilience4j.circuitbreaker;
    requires io.github.resilience4j.core;
    requires org.snakeyaml.engine;
    requires software.amazon.awssdk.http;
    requires software.amazon.awssdk.http.auth.aws;
    requires software.amazon.awssdk.http.auth.spi;
    requires software.amazon.awssdk.identity.spi;
    requires software.amazon.awssdk.utils;
    requires software.amazon.eventstream;

    // an optional signer of call tokens, which an operator may put beside the gateway
    uses java.security.Provider;

    exports dev.mcpgateway.connectors.wire;
    exports dev.mcpgateway.connectors.net;
    exports dev.mcpgateway.connectors.credential;
    exports dev.mcpgateway.connectors.oauth;
    exports dev.mcpgateway.connectors.mcp;
    exports dev.mcpgateway.connectors.mcp.sdk;
    exports dev.mcpgateway.connectors.openapi;
    exports dev.mcpgateway.connectors.model;
    exports dev.mcpgateway.connectors.model.translate;
}
