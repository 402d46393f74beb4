package dev.mcpgateway.connectors.testing;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One call of a scripted tool: what was asked, and the means to answer it well or badly. */
public final class ToolTurn {
    private final RawRequest request;
    private final Envelope message;
    private final RawConnection connection;

    ToolTurn(RawRequest request, Envelope message, RawConnection connection) {
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
