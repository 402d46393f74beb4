package dev.mcpgateway.connectors.testing;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An MCP server over the old HTTP+SSE transport (2024-11-05) with scripted answers. */
public final class FakeSseServer implements AutoCloseable {

    /** Answers a request on the event stream; nothing is sent when the answer is empty. */
    @FunctionalInterface
    public interface Answer {
        /** JSON of the result, or of a whole message with ID in the place of the id. */
        String to(Envelope request) throws Exception;
    }

    private final RawServer server = RawServer.start(this::serve);
    private final Map<String, RawConnection> streams = new ConcurrentHashMap<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final Queue<RawRequest> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile String endpoint = "/messages";
    private volatile int postStatus = 202;

    private FakeSseServer() {
        answers.put(
                "initialize",
                _ -> "{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{\"tools\":{\"listChanged\":true}}}");
        answers.put("tools/list", _ -> "{\"tools\":[{\"name\":\"echo\"}]}");
    }

    /** Starts on a free loopback port. */
    public static FakeSseServer start() {
        return new FakeSseServer();
    }

    /** The event stream's URL. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port() + "/sse");
    }

    /** Answers a method, or for {@code tools/call} a tool, by this. */
    public FakeSseServer answer(String methodOrTool, Answer answer) {
        answers.put(methodOrTool, answer);
        return this;
    }

    /** Where clients are told to send their messages; the session is added as a query. */
    public void endpoint(String url) {
        endpoint = url;
    }

    /** The status of every POST. */
    public void postStatus(int status) {
        postStatus = status;
    }

    /** Everything that was received. */
    public List<RawRequest> requests() {
        return List.copyOf(requests);
    }

    /** How many event streams are open. */
    public int streams() {
        return streams.size();
    }

    /** Sends a message on every stream. */
    public void push(String json) throws IOException {
        for (RawConnection stream : streams.values()) {
            event(stream, "message", json);
        }
    }

    /** Ends every stream. */
    public void dropStreams() throws IOException {
        for (RawConnection stream : streams.values()) {
            stream.close();
        }
    }

    private void serve(RawConnection connection) throws Exception {
        for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
            RawRequest request = next.get();
            requests.add(request);
            if (request.method().equals("GET")) {
                stream(connection);
            } else {
                connection.answer(postStatus, "text/plain", "");
                if (postStatus < 300) {
                    reply(request);
                }
            }
        }
    }

    private void stream(RawConnection connection) throws IOException {
        String session = "s" + count.incrementAndGet();
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        streams.put(session, connection);
        try {
            event(connection, "endpoint", endpoint + "?session=" + session);
            connection.awaitPeerClose();
        } finally {
            streams.remove(session);
        }
    }

    private void reply(RawRequest request) throws Exception {
        Envelope message = read(request);
        if (message.shape() != Shape.REQUEST) {
            return;
        }
        String key = message.method().equals("tools/call")
                ? message.document().string(message.param(McpNames.NAME))
                : message.method();
        String answer = answers.getOrDefault(key, _ -> "{}").to(message);
        RawConnection stream = streams.get(request.target().replaceAll(".*session=", ""));
        if (stream != null && !answer.isEmpty()) {
            String id = message.document().raw(message.id());
            event(
                    stream,
                    "message",
                    answer.startsWith("{\"jsonrpc\"")
                            ? answer.replace("ID", id)
                            : "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + answer + "}");
        }
    }

    private static Envelope read(RawRequest request) throws JsonRefused, NotJsonRpc {
        return Envelope.read(StrictJson.parse(request.body(), JsonLimits.forReplies(1 << 24, 1000)));
    }

    private static void event(RawConnection stream, String type, String data) throws IOException {
        byte[] event = ("event: " + type + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
        synchronized (stream) {
            stream.write(Integer.toHexString(event.length) + "\r\n");
            stream.write(event);
            stream.write("\r\n");
        }
    }

    /** Stops the server and closes all its connections. */
    @Override
    public void close() {
        server.close();
    }
}
