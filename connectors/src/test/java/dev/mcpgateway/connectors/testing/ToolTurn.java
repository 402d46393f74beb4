package dev.mcpgateway.connectors.testing;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One call of a scripted tool: what was asked, and the means to answer it well or badly. */
public final class ToolTurn {
    private final FakeMcpServer server;
    private final RawRequest request;
    private final Envelope message;
    private final RawConnection connection;

    ToolTurn(FakeMcpServer server, RawRequest request, Envelope message, RawConnection connection) {
        this.server = server;
        this.request = request;
        this.message = message;
        this.connection = connection;
    }

    /** The HTTP request. */
    public RawRequest request() {
        return request;
    }

    /** The JSON-RPC request. */
    public Envelope message() {
        return message;
    }

    /** The connection itself. */
    public RawConnection connection() {
        return connection;
    }

    /** The request's id as JSON. */
    public String id() {
        return message.document().raw(message.id());
    }

    /** The progress token as JSON; empty if there is none. */
    public String progressToken() {
        int token = message.meta(McpNames.PROGRESS_TOKEN);
        return token == JsonDocument.NONE ? "" : message.document().raw(token);
    }

    /** The raw JSON of {@code params.arguments}; empty if there is none. */
    public String arguments() {
        int arguments = message.param(McpNames.ARGUMENTS);
        return arguments == JsonDocument.NONE ? "" : message.document().raw(arguments);
    }

    /** The client's capabilities as JSON: of this request, or of its legacy session. */
    public String declared() {
        int capabilities = message.meta(McpNames.META_CLIENT_CAPABILITIES);
        return capabilities == JsonDocument.NONE
                ? server.declared(session())
                : message.document().raw(capabilities);
    }

    /** The id of the legacy session; empty if there is none. */
    public String session() {
        return request.header("Mcp-Session-Id").orElse("");
    }

    /**
     * Asks the client on this call's stream, which must have begun, and waits for the answer. A capability that the
     * client did not declare fails the test.
     */
    public Envelope ask(String method, String paramsJson) throws Exception {
        refuseUndeclared(method);
        String id = server.expectAnswer();
        event(question(id, method, paramsJson));
        return server.answerTo(id);
    }

    /** Asks several things before it waits for the first answer; the answers are in the order of the methods. */
    public List<Envelope> askTogether(String paramsJson, String... methods) throws Exception {
        List<String> ids = new ArrayList<>();
        for (String method : methods) {
            refuseUndeclared(method);
            String id = server.expectAnswer();
            event(question(id, method, paramsJson));
            ids.add(id);
        }
        List<Envelope> answers = new ArrayList<>();
        for (String id : ids) {
            answers.add(server.answerTo(id));
        }
        return answers;
    }

    /** Like {@link #ask}, on the session's own stream. */
    public Envelope askOnSessionStream(String method, String paramsJson) throws Exception {
        refuseUndeclared(method);
        String id = server.expectAnswer();
        server.onSessionStream(session(), question(id, method, paramsJson));
        return server.answerTo(id);
    }

    /** Asks without looking at what was declared. */
    public Envelope askAnyway(String method, String paramsJson) throws Exception {
        String id = server.expectAnswer();
        event(question(id, method, paramsJson));
        return server.answerTo(id);
    }

    private void refuseUndeclared(String method) {
        String capability = method.substring(0, method.indexOf('/'));
        if (!declared().contains("\"" + capability + "\"")) {
            throw new AssertionError("the client did not declare " + capability + " but " + declared());
        }
    }

    /** A request to the client. */
    public static String question(String id, String method, String paramsJson) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + paramsJson + "}";
    }

    /** Sends a message on the stream of the call's legacy session. */
    public void onSessionStream(String json) throws IOException {
        server.onSessionStream(session(), json);
    }

    /** Answers as JSON. */
    public void result(String resultJson) throws IOException {
        connection.answer(200, "application/json", response(resultJson));
    }

    /** The response message. */
    public String response(String resultJson) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id() + ",\"result\":" + resultJson + "}";
    }

    /** An error message for this request. */
    public String error(long code, String text) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id() + ",\"error\":{\"code\":" + code + ",\"message\":\"" + text
                + "\"}}";
    }

    /** A progress notification with this request's token. */
    public String progress(String progress) {
        return "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                + progressToken() + ",\"progress\":" + progress + "}}";
    }

    /** Begins an event stream. */
    public void openEvents() throws IOException {
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    /** Sends one message as an event. */
    public void event(String json) throws IOException {
        chunk("event: message\ndata: " + json + "\n\n");
    }

    /** Sends text as it stands on the event stream. */
    public void chunk(String text) throws IOException {
        int length = text.getBytes(StandardCharsets.UTF_8).length;
        connection.write(Integer.toHexString(length) + "\r\n" + text + "\r\n");
    }

    /** Ends the event stream. */
    public void endEvents() throws IOException {
        connection.write("0\r\n\r\n");
    }
}
