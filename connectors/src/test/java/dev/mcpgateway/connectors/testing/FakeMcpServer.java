package dev.mcpgateway.connectors.testing;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.HeaderCodec;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An MCP server over Streamable HTTP whose every answer can be scripted. It speaks one era or both, checks what a client
 * of that era must send and refuses the rest, and keeps every request with its headers and exact body.
 *
 * <pre>{@code
 * try (var server = FakeMcpServer.start(Speaks.MODERN)) {
 *   server.tool("echo", turn -> turn.result(ToolScript.textResult("hello")));
 *   … server.url() …
 *   server.requests("tools/call")
 * }
 * }</pre>
 */
public final class FakeMcpServer implements AutoCloseable {

    /** Which eras it speaks. */
    public enum Speaks {
        /** 2026-07-28 only. */
        MODERN,
        /** 2025-11-25 and before only. */
        LEGACY,
        /** Both. */
        BOTH
    }

    private static final String VERSION_KEY = "io.modelcontextprotocol/protocolVersion";

    private final RawServer server;
    private final AtomicReference<Speaks> speaks;
    private final Map<String, String> definitions = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, ToolScript> scripts = new ConcurrentHashMap<>();
    private final Map<String, ToolScript> methods = new ConcurrentHashMap<>();
    private final Queue<RawRequest> requests = new ConcurrentLinkedQueue<>();
    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger sessionCount = new AtomicInteger();
    private volatile String legacyVersion = "2025-11-25";
    private volatile String toolCapabilities = "{\"listChanged\":true}";
    private volatile boolean keepsSessions = true;
    private volatile int toolsPerPage = Integer.MAX_VALUE;

    /** An open stream on which changes are announced. */
    private record Listener(RawConnection connection, String meta) {}

    private FakeMcpServer(Speaks speaks) {
        this.speaks = new AtomicReference<>(speaks);
        this.server = RawServer.start(this::serve);
    }

    /** Starts on a free loopback port. */
    public static FakeMcpServer start(Speaks speaks) {
        return new FakeMcpServer(speaks);
    }

    /** The MCP endpoint. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port() + "/mcp");
    }

    /** From now on it speaks other eras, as after an update. */
    public void speak(Speaks other) {
        speaks.set(other);
        sessions.clear();
    }

    /** Adds or replaces a tool with a plain definition. */
    public FakeMcpServer tool(String name, ToolScript script) {
        return tool(
                name,
                "{\"name\":\"" + name + "\",\"description\":\"the tool " + name
                        + "\",\"inputSchema\":{\"type\":\"object\"}}",
                script);
    }

    /** Adds or replaces a tool with this definition. */
    public FakeMcpServer tool(String name, String definitionJson, ToolScript script) {
        definitions.put(name, definitionJson);
        scripts.put(name, script);
        return this;
    }

    /** Takes a tool away. */
    public void removeTool(String name) {
        definitions.remove(name);
        scripts.remove(name);
    }

    /** Answers a whole JSON-RPC method, or an HTTP method such as {@code GET}, by this script. */
    public FakeMcpServer method(String method, ToolScript script) {
        methods.put(method, script);
        return this;
    }

    /** The revision it agrees on in {@code initialize}. */
    public void legacyVersion(String version) {
        legacyVersion = version;
    }

    /** The JSON of {@code capabilities.tools}. */
    public void toolCapabilities(String json) {
        toolCapabilities = json;
    }

    /** Whether a legacy session gets an id. */
    public void keepSessions(boolean keep) {
        keepsSessions = keep;
    }

    /** How many tools stand on one page of the list. */
    public void toolsPerPage(int count) {
        toolsPerPage = count;
    }

    /** Every session ends; the next request with its id gets 404. */
    public void forgetSessions() {
        sessions.clear();
    }

    /** The ids of the open sessions. */
    public Set<String> sessions() {
        return Set.copyOf(sessions);
    }

    /** How many sessions were opened so far. */
    public int sessionsOpened() {
        return sessionCount.get();
    }

    /** How many streams for changes are open. */
    public int listeners() {
        return listeners.size();
    }

    /** How many connections were accepted so far. */
    public int accepted() {
        return server.accepted();
    }

    /** Assertion errors inside scripts. */
    public Queue<Throwable> failures() {
        return server.failures();
    }

    /** Sends {@code notifications/tools/list_changed} on every stream for changes. */
    public void announceToolsChanged() throws IOException {
        announce("notifications/tools/list_changed");
    }

    /** Sends a notification on every stream for changes. */
    public void announce(String method) throws IOException {
        for (Listener listener : listeners) {
            sendEvent(
                    listener.connection(),
                    "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":{" + listener.meta() + "}}");
        }
    }

    /** Sends a message as it stands on every stream for changes. */
    public void announceRaw(String json) throws IOException {
        for (Listener listener : listeners) {
            sendEvent(listener.connection(), json);
        }
    }

    /** Closes every stream for changes. */
    public void dropListeners() throws IOException {
        for (Listener listener : listeners) {
            listener.connection().close();
        }
    }

    /** Everything that was received, in order. */
    public List<RawRequest> requests() {
        return List.copyOf(requests);
    }

    /** The requests with this JSON-RPC method, or HTTP method. */
    public List<RawRequest> requests(String method) {
        return requests.stream()
                .filter(request ->
                        request.method().equals(method) || methodOf(request).equals(method))
                .toList();
    }

    /** Forgets what was received. */
    public void clearRequests() {
        requests.clear();
    }

    private static String methodOf(RawRequest request) {
        try {
            return request.body().length == 0 ? "" : read(request).method();
        } catch (JsonRefused | NotJsonRpc malformed) {
            return "";
        }
    }

    private static Envelope read(RawRequest request) throws JsonRefused, NotJsonRpc {
        return Envelope.read(StrictJson.parse(request.body(), JsonLimits.forReplies(1 << 26, 1000)));
    }

    private void serve(RawConnection connection) throws Exception {
        for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
            RawRequest request = next.get();
            requests.add(request);
            ToolScript scripted = methods.get(request.method());
            if (scripted != null) {
                scripted.answer(new ToolTurn(request, placeholder(), connection));
                continue;
            }
            switch (request.method()) {
                case "POST" -> post(request, connection);
                case "GET" -> get(request, connection);
                case "DELETE" -> delete(request, connection);
                default -> connection.answer(405, "text/plain", "");
            }
        }
    }

    private static Envelope placeholder() throws JsonRefused, NotJsonRpc {
        byte[] json = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"none\"}".getBytes(StandardCharsets.UTF_8);
        return Envelope.read(StrictJson.parse(json, JsonLimits.forReplies(1000, 10)));
    }

    private void post(RawRequest request, RawConnection connection) throws Exception {
        Envelope message;
        try {
            message = read(request);
        } catch (JsonRefused | NotJsonRpc malformed) {
            refuse(connection, 400, "null", -32700, "Parse error");
            return;
        }
        ToolScript scripted = methods.get(message.method());
        if (scripted != null) {
            scripted.answer(new ToolTurn(request, message, connection));
            return;
        }
        boolean modern = message.meta(JsonDocument.Name.of(VERSION_KEY)) != JsonDocument.NONE;
        if (modern && speaks.get() != Speaks.LEGACY) {
            modern(request, message, connection);
        } else if (!modern && speaks.get() != Speaks.MODERN) {
            legacy(request, message, connection);
        } else if (modern) {
            refuse(connection, 400, "null", -32000, "Bad Request: Server not initialized");
        } else {
            refuse(connection, 400, id(message), -32020, "Header mismatch: Mcp-Method is missing");
        }
    }

    private void modern(RawRequest request, Envelope message, RawConnection connection) throws Exception {
        String mismatch = headerMismatch(request, message);
        if (!mismatch.isEmpty()) {
            refuse(connection, 400, id(message), -32020, mismatch);
            return;
        }
        switch (message.method()) {
            case "server/discover" ->
                result(
                        connection,
                        message,
                        "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":"
                                + toolCapabilities + "}}");
            case "tools/list" -> toolsList(connection, message, ",\"ttlMs\":60000,\"resultType\":\"complete\"");
            case "tools/call" -> toolsCall(request, message, connection);
            case "subscriptions/listen" -> listen(message, connection);
            default -> refuse(connection, 404, id(message), -32601, "Method not found");
        }
    }

    private static String headerMismatch(RawRequest request, Envelope message) {
        JsonDocument document = message.document();
        String version = document.string(message.meta(JsonDocument.Name.of(VERSION_KEY)));
        if (!request.header("MCP-Protocol-Version").equals(Optional.of(version))) {
            return "MCP-Protocol-Version";
        }
        if (!request.header("Mcp-Method").equals(Optional.of(message.method()))) {
            return "Mcp-Method";
        }
        if (message.meta(McpNames.META_CLIENT_CAPABILITIES) == JsonDocument.NONE) {
            return "clientCapabilities";
        }
        int name = message.param(McpNames.NAME);
        boolean named = name == JsonDocument.NONE
                || request.header("Mcp-Name").flatMap(HeaderCodec::decode).equals(Optional.of(document.string(name)));
        return named ? "" : "Mcp-Name";
    }

    private void legacy(RawRequest request, Envelope message, RawConnection connection) throws Exception {
        if (message.method().equals("initialize")) {
            initialize(message, connection);
            return;
        }
        String session = request.header("Mcp-Session-Id").orElse("");
        if (keepsSessions && session.isEmpty()) {
            refuse(connection, 400, "null", -32000, "Bad Request: Mcp-Session-Id header is required");
        } else if (keepsSessions && !sessions.contains(session)) {
            refuse(connection, 404, "null", -32001, "Session not found");
        } else if (message.shape() != Shape.REQUEST) {
            connection.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        } else {
            switch (message.method()) {
                case "tools/list" -> toolsList(connection, message, "");
                case "tools/call" -> toolsCall(request, message, connection);
                default -> connection.answer(200, "application/json", error(id(message), -32601, "Method not found"));
            }
        }
    }

    private void initialize(Envelope message, RawConnection connection) throws IOException {
        String session = "session-" + sessionCount.incrementAndGet();
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":" + id(message) + ",\"result\":{\"protocolVersion\":\"" + legacyVersion
                        + "\",\"capabilities\":{\"tools\":" + toolCapabilities
                        + "},\"serverInfo\":{\"name\":\"fake\",\"version\":\"1\"}}}";
        String header = "";
        if (keepsSessions) {
            sessions.add(session);
            header = "Mcp-Session-Id: " + session + "\r\n";
        }
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + header + "Content-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    private void toolsList(RawConnection connection, Envelope message, String more) throws IOException {
        List<String> all = new ArrayList<>(definitions.values());
        int cursor = message.param(McpNames.CURSOR);
        int from = cursor == JsonDocument.NONE
                ? 0
                : Integer.parseInt(message.document().string(cursor));
        int to = (int) Math.min(all.size(), (long) from + toolsPerPage);
        String next = to < all.size() ? ",\"nextCursor\":\"" + to + "\"" : "";
        result(connection, message, "{\"tools\":[" + String.join(",", all.subList(from, to)) + "]" + next + more + "}");
    }

    private void toolsCall(RawRequest request, Envelope message, RawConnection connection) throws Exception {
        String name = message.document().string(message.param(McpNames.NAME));
        ToolScript script = scripts.get(name);
        if (script == null) {
            connection.answer(200, "application/json", error(id(message), -32602, "Unknown tool"));
        } else {
            script.answer(new ToolTurn(request, message, connection));
        }
    }

    private void listen(Envelope message, RawConnection connection) throws IOException {
        String meta = "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" + id(message) + "}";
        openStream(connection);
        sendEvent(
                connection,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{" + meta
                        + ",\"notifications\":{\"toolsListChanged\":true}}}");
        hold(new Listener(connection, meta));
    }

    private void get(RawRequest request, RawConnection connection) throws IOException {
        String session = request.header("Mcp-Session-Id").orElse("");
        if (speaks.get() == Speaks.MODERN) {
            connection.answer(405, "text/plain", "");
        } else if (keepsSessions && !sessions.contains(session)) {
            connection.answer(404, "text/plain", "");
        } else {
            openStream(connection);
            hold(new Listener(connection, ""));
        }
    }

    private static void openStream(RawConnection connection) throws IOException {
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    private static void sendEvent(RawConnection connection, String json) throws IOException {
        String event = "data: " + json + "\n\n";
        connection.write(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
    }

    private void hold(Listener listener) throws IOException {
        listeners.add(listener);
        try {
            listener.connection().awaitPeerClose();
        } finally {
            listeners.remove(listener);
        }
    }

    private void delete(RawRequest request, RawConnection connection) throws IOException {
        boolean known = sessions.remove(request.header("Mcp-Session-Id").orElse(""));
        connection.answer(known ? 200 : 404, "text/plain", "");
    }

    private static String id(Envelope message) {
        return message.id() == JsonDocument.NONE ? "null" : message.document().raw(message.id());
    }

    private static void result(RawConnection connection, Envelope message, String resultJson) throws IOException {
        connection.answer(
                200,
                "application/json",
                "{\"jsonrpc\":\"2.0\",\"id\":" + id(message) + ",\"result\":" + resultJson + "}");
    }

    private static void refuse(RawConnection connection, int status, String id, long code, String text)
            throws IOException {
        connection.answer(status, "application/json", error(id, code, text));
    }

    private static String error(String id, long code, String text) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":" + code + ",\"message\":\"" + text + "\"}}";
    }

    /** Stops the server and closes all its connections. */
    @Override
    public void close() {
        server.close();
    }
}
