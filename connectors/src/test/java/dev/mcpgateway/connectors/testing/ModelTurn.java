package dev.mcpgateway.connectors.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One request to a {@link FakeModelServer} and what can be done about it. */
public final class ModelTurn {
    private final RawRequest request;
    private final RawConnection connection;

    ModelTurn(RawRequest request, RawConnection connection) {
        this.request = request;
        this.connection = connection;
    }

    /** What was asked. */
    public RawRequest request() {
        return request;
    }

    /** The connection, for whatever else. */
    public RawConnection connection() {
        return connection;
    }

    /** A whole answer. */
    public void whole(String json) throws IOException {
        answer(200, json);
    }

    /** An answer with a status and further header lines, such as {@code Retry-After: 7}. */
    public void answer(int status, String json, String... headers) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + body.length + "\r\n");
        List.of(headers).forEach(header -> head.append(header).append("\r\n"));
        connection.write(head + "\r\n" + json);
    }

    /** Begins a stream. */
    public ModelTurn begin(String... headers) throws IOException {
        return beginAs("text/event-stream; charset=utf-8", headers);
    }

    /** Begins a stream of another content type. */
    public ModelTurn beginAs(String contentType, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(
                "HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nTransfer-Encoding: chunked\r\n");
        List.of(headers).forEach(header -> head.append(header).append("\r\n"));
        connection.write(head + "\r\n");
        return this;
    }

    /** Sends a part of the stream as it stands. */
    public ModelTurn raw(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        connection.write(Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n");
        return this;
    }

    /** Sends a part of the stream as it stands. */
    public ModelTurn raw(byte[] bytes) throws IOException {
        connection.write(Integer.toHexString(bytes.length) + "\r\n");
        connection.write(bytes);
        connection.write("\r\n");
        return this;
    }

    /** Sends one event without a type. */
    public ModelTurn data(String data) throws IOException {
        return raw("data: " + data + "\n\n");
    }

    /** Sends one event with a type. */
    public ModelTurn event(String type, String data) throws IOException {
        return raw("event: " + type + "\ndata: " + data + "\n\n");
    }

    /** Ends the stream in order, whether or not its last event was sent. */
    public void end() throws IOException {
        connection.write("0\r\n\r\n");
    }

    /** Breaks the connection. */
    public void cut() throws IOException {
        connection.reset();
    }
}
