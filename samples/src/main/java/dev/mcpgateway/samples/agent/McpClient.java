package dev.mcpgateway.samples.agent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The least that an agent of MCP 2026-07-28 needs: one POST per request, metadata and a span in each of them, no session. */
final class McpClient implements AutoCloseable {
    private static final String VERSION = "2026-07-28";
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI url;
    private final String token;
    private int lastId;

    /** What came back: the HTTP status, the challenge header if there was one, and the JSON body. */
    record Answer(int status, String challenge, JsonNode body) {
        /** The text of a tool result's first block; empty when there is none. */
        String text() {
            return body.path("result").path("content").path(0).path("text").asString("");
        }

        boolean isToolError() {
            return body.path("result").path("isError").asBoolean(false);
        }

        /** The JSON-RPC error's code; 0 when there is none. */
        int errorCode() {
            return body.path("error").path("code").asInt(0);
        }
    }

    McpClient(URI url, String token) {
        this.url = url;
        this.token = token;
    }

    Answer listTools(Trace trace) throws IOException, InterruptedException {
        return send("tools/list", "", JSON.createObjectNode(), trace);
    }

    Answer callTool(String name, ObjectNode arguments, Trace trace) throws IOException, InterruptedException {
        ObjectNode params = JSON.createObjectNode().put("name", name);
        params.set("arguments", arguments);
        return send("tools/call", name, params, trace);
    }

    private Answer send(String method, String name, ObjectNode params, Trace trace)
            throws IOException, InterruptedException {
        ObjectNode meta = params.putObject("_meta").put("io.modelcontextprotocol/protocolVersion", VERSION);
        meta.putObject("io.modelcontextprotocol/clientInfo")
                .put("name", "quickstart-agent")
                .put("version", "1.0.0");
        meta.putObject("io.modelcontextprotocol/clientCapabilities");
        meta.put("traceparent", trace.traceparent());
        ObjectNode message = JSON.createObjectNode()
                .put("jsonrpc", "2.0")
                .put("id", ++lastId)
                .put("method", method);
        message.set("params", params);
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .header("MCP-Protocol-Version", VERSION)
                .header("Mcp-Method", method)
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(message)));
        if (!name.isEmpty()) {
            request.header("Mcp-Name", name);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("WWW-Authenticate").orElse(""),
                JSON.readTree(response.body()));
    }

    @Override
    public void close() {
        http.close();
    }
}
