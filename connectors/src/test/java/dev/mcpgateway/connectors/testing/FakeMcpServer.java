package dev.mcpgateway.connectors.testing;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import dev.mcpgateway.connectors.wire.HeaderCodec;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.JsonText;
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
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
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

    private static final Set<String> LEVELS =
            Set.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");
    private static final String VERSION_KEY = "io.modelcontextprotocol/protocolVersion";

    private final RawServer server;
    private final AtomicReference<Speaks> speaks;
    private final Map<String, String> definitions = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, String> prompts = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, String> resources = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, String> templates = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<String, ToolScript> scripts = new ConcurrentHashMap<>();
    private final Map<String, ToolScript> promptScripts = new ConcurrentHashMap<>();
    private final Map<String, ToolScript> resourceScripts = new ConcurrentHashMap<>();
    private final Map<String, String> declared = new ConcurrentHashMap<>();
    private final Map<String, String> levels = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> subscriptions = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Envelope>> questions = new ConcurrentHashMap<>();
    private final AtomicInteger questionCount = new AtomicInteger();
    private final Map<String, ToolScript> methods = new ConcurrentHashMap<>();
    private final Queue<RawRequest> requests = new ConcurrentLinkedQueue<>();
    private final Set<String> sessions = ConcurrentHashMap.newKeySet();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger sessionCount = new AtomicInteger();
    private volatile String legacyVersion = "2025-11-25";
    private volatile String toolCapabilities = "{\"listChanged\":true}";
    private volatile String moreCapabilities = "";
    private volatile boolean keepsSessions = true;
    private volatile int toolsPerPage = Integer.MAX_VALUE;

    /** An open stream on which changes are announced. */
    private record Listener(RawConnection connection, String meta, String session, Set<String> uris) {}

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

    /** Adds or replaces a prompt with a plain definition; the server then declares prompts. */
    public FakeMcpServer prompt(String name, ToolScript script) {
        return prompt(name, "{\"name\":" + quoted(name) + ",\"arguments\":[{\"name\":\"topic\"}]}", script);
    }

    /** Adds or replaces a prompt with this definition. */
    public FakeMcpServer prompt(String name, String definitionJson, ToolScript script) {
        prompts.put(name, definitionJson);
        promptScripts.put(name, script);
        return this;
    }

    /** Adds or replaces a resource with a plain definition; the server then declares resources. */
    public FakeMcpServer resource(String uri, ToolScript script) {
        resources.put(uri, "{\"uri\":" + quoted(uri) + ",\"name\":\"one\"}");
        resourceScripts.put(uri, script);
        return this;
    }

    /** Answers reads of a URI that is not listed, such as one of a template. */
    public FakeMcpServer unlisted(String uri, ToolScript script) {
        resourceScripts.put(uri, script);
        return this;
    }

    /** Adds a resource template. */
    public FakeMcpServer template(String uriTemplate) {
        templates.put(uriTemplate, "{\"uriTemplate\":" + quoted(uriTemplate) + ",\"name\":\"many\"}");
        return this;
    }

    /** Declares more members of {@code capabilities}, such as {@code "logging":{}}, or the same ones otherwise. */
    public FakeMcpServer declare(String members) {
        moreCapabilities = members;
        return this;
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /** The log level that was set in a legacy session; empty when none was. */
    public String logLevel(String session) {
        return levels.getOrDefault(session, "");
    }

    /** What a legacy session declared in {@code initialize}, as JSON. */
    public String declared(String session) {
        return declared.getOrDefault(session, "");
    }

    /** What is subscribed to: by legacy sessions, and on streams for changes. */
    public Set<String> subscribed() {
        Set<String> all = new TreeSet<>();
        subscriptions.values().forEach(all::addAll);
        listeners.forEach(listener -> all.addAll(listener.uris()));
        return all;
    }

    /** Tells those who subscribed that a resource has changed. */
    public void announceUpdated(String uri) throws IOException {
        for (Listener listener : listeners) {
            boolean wanted = listener.uris().contains(uri)
                    || subscriptions.getOrDefault(listener.session(), Set.of()).contains(uri);
            if (wanted) {
                String meta = listener.meta().isEmpty() ? "" : listener.meta() + ",";
                sendEvent(
                        listener.connection(),
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{" + meta
                                + "\"uri\":" + quoted(uri) + "}}");
            }
        }
    }

    /** Expects an answer to a question; the returned id is the question's, as JSON. */
    String expectAnswer() {
        String id = "\"q-" + questionCount.incrementAndGet() + "\"";
        questions.put(id, new CompletableFuture<>());
        return id;
    }

    /** Waits for the answer to a question. */
    Envelope answerTo(String id) throws Exception {
        CompletableFuture<Envelope> question = questions.get(id);
        if (question == null) {
            throw new AssertionError("never asked: " + id);
        }
        return question.get(10, TimeUnit.SECONDS);
    }

    /** Sends a message on the stream of one legacy session. */
    void onSessionStream(String session, String json) throws IOException {
        for (Listener listener : listeners) {
            if (listener.session().equals(session)) {
                sendEvent(listener.connection(), json);
            }
        }
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

    /** Answers that method by itself again. */
    public FakeMcpServer plain(String method) {
        methods.remove(method);
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
        subscriptions.clear();
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
                scripted.answer(new ToolTurn(this, request, placeholder(), connection));
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
            scripted.answer(new ToolTurn(this, request, message, connection));
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
                        "{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":"
                                + capabilities() + "}");
            case "subscriptions/listen" -> listen(message, connection);
            default -> {
                if (!feature(request, message, connection, ",\"ttlMs\":60000,\"resultType\":\"complete\"")) {
                    refuse(connection, 404, id(message), -32601, "Method not found");
                }
            }
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
        int name = switch (message.method()) {
            case "tools/call", "prompts/get" -> message.param(McpNames.NAME);
            case "resources/read" -> message.param(McpNames.URI);
            default -> JsonDocument.NONE;
        };
        Optional<String> expected = name == JsonDocument.NONE ? Optional.empty() : Optional.of(document.string(name));
        return request.header("Mcp-Name").flatMap(HeaderCodec::decode).equals(expected) ? "" : "Mcp-Name";
    }

    private String capabilities() {
        StringBuilder all = new StringBuilder("{");
        if (!moreCapabilities.contains("\"tools\"")) {
            all.append("\"tools\":").append(toolCapabilities);
        }
        if (!prompts.isEmpty() && !moreCapabilities.contains("\"prompts\"")) {
            all.append(",\"prompts\":{}");
        }
        if (!resources.isEmpty() && !moreCapabilities.contains("\"resources\"")) {
            all.append(",\"resources\":{}");
        }
        if (!moreCapabilities.isEmpty()) {
            all.append(all.length() > 1 ? "," : "").append(moreCapabilities);
        }
        return all.append('}').toString();
    }

    private boolean declares(String capability) {
        return capabilities().contains("\"" + capability + "\"");
    }

    /** What both eras have; false when the method is none of it, or the server did not declare it. */
    private boolean feature(RawRequest request, Envelope message, RawConnection connection, String more)
            throws Exception {
        switch (message.method()) {
            case "tools/list" -> list("tools", definitions, connection, message, more);
            case "tools/call" -> use(scripts, McpNames.NAME, request, message, connection);
            case "prompts/list" -> {
                return declares("prompts") && list("prompts", prompts, connection, message, more);
            }
            case "prompts/get" -> use(promptScripts, McpNames.NAME, request, message, connection);
            case "resources/list" -> {
                return declares("resources") && list("resources", resources, connection, message, more);
            }
            case "resources/templates/list" -> {
                return declares("resources") && list("resourceTemplates", templates, connection, message, more);
            }
            case "resources/read" -> use(resourceScripts, McpNames.URI, request, message, connection);
            case "completion/complete" -> {
                if (!declares("completions")) {
                    return false;
                }
                complete(message, connection);
            }
            default -> {
                return false;
            }
        }
        return true;
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
            answered(message);
            connection.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        } else {
            switch (message.method()) {
                case "logging/setLevel" -> setLevel(session, message, connection);
                case "resources/subscribe", "resources/unsubscribe" -> subscribe(session, message, connection);
                default -> {
                    if (!feature(request, message, connection, "")) {
                        connection.answer(200, "application/json", error(id(message), -32601, "Method not found"));
                    }
                }
            }
        }
    }

    private void answered(Envelope message) {
        CompletableFuture<Envelope> question = questions.get(id(message));
        boolean response = message.shape() == Shape.RESULT || message.shape() == Shape.ERROR;
        if (response && question != null && !question.complete(message)) {
            server.failures().add(new AssertionError("answered twice: " + id(message)));
        }
    }

    private void setLevel(String session, Envelope message, RawConnection connection) throws IOException {
        String level = message.document().string(message.param(JsonDocument.Name.of("level")));
        if (declares("logging") && LEVELS.contains(level)) {
            levels.put(session, level);
            result(connection, message, "{}");
        } else {
            connection.answer(200, "application/json", error(id(message), -32602, "no such level"));
        }
    }

    private void subscribe(String session, Envelope message, RawConnection connection) throws IOException {
        String uri = message.document().string(message.param(McpNames.URI));
        if (!declares("subscribe")) {
            connection.answer(200, "application/json", error(id(message), -32601, "Method not found"));
        } else if (!resources.containsKey(uri)) {
            connection.answer(200, "application/json", error(id(message), -32002, "Resource not found"));
        } else {
            Set<String> mine = subscriptions.computeIfAbsent(session, _ -> ConcurrentHashMap.newKeySet());
            if (message.method().equals("resources/subscribe")) {
                mine.add(uri);
            } else {
                mine.remove(uri);
            }
            result(connection, message, "{}");
        }
    }

    private void initialize(Envelope message, RawConnection connection) throws IOException {
        String session = "session-" + sessionCount.incrementAndGet();
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":" + id(message) + ",\"result\":{\"protocolVersion\":\"" + legacyVersion
                        + "\",\"capabilities\":" + capabilities()
                        + ",\"serverInfo\":{\"name\":\"fake\",\"version\":\"1\"}}}";
        String header = "";
        if (keepsSessions) {
            sessions.add(session);
            declared.put(session, message.document().raw(message.param(McpNames.CAPABILITIES)));
            header = "Mcp-Session-Id: " + session + "\r\n";
        }
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + header + "Content-Length: "
                + body.length() + "\r\n\r\n" + body);
    }

    private boolean list(
            String member, Map<String, String> entries, RawConnection connection, Envelope message, String more)
            throws IOException {
        List<String> all = new ArrayList<>(entries.values());
        int cursor = message.param(McpNames.CURSOR);
        int from = cursor == JsonDocument.NONE
                ? 0
                : Integer.parseInt(message.document().string(cursor));
        int to = (int) Math.min(all.size(), (long) from + toolsPerPage);
        String next = to < all.size() ? ",\"nextCursor\":\"" + to + "\"" : "";
        result(
                connection,
                message,
                "{\"" + member + "\":[" + String.join(",", all.subList(from, to)) + "]" + next + more + "}");
        return true;
    }

    /** Completes to the name or URI of what is referred to, which must exist. */
    private void complete(Envelope message, RawConnection connection) throws IOException {
        JsonDocument document = message.document();
        int ref = message.param(McpNames.REF);
        int name = document.member(ref, McpNames.NAME);
        int uri = document.member(ref, McpNames.URI);
        String text = document.string(name == JsonDocument.NONE ? uri : name);
        if (prompts.containsKey(text) || resources.containsKey(text) || templates.containsKey(text)) {
            result(connection, message, "{\"completion\":{\"values\":[" + quoted(text) + "]}}");
        } else {
            connection.answer(200, "application/json", error(id(message), -32602, "Unknown"));
        }
    }

    private void use(
            Map<String, ToolScript> of,
            JsonDocument.Name key,
            RawRequest request,
            Envelope message,
            RawConnection connection)
            throws Exception {
        String name = message.document().string(message.param(key));
        ToolScript script = of.get(name);
        if (script == null) {
            boolean legacyResource =
                    key.equals(McpNames.URI) && message.meta(JsonDocument.Name.of(VERSION_KEY)) == JsonDocument.NONE;
            connection.answer(200, "application/json", error(id(message), legacyResource ? -32002 : -32602, "Unknown"));
        } else {
            script.answer(new ToolTurn(this, request, message, connection));
        }
    }

    private void listen(Envelope message, RawConnection connection) throws IOException {
        JsonDocument document = message.document();
        int wanted = message.param(McpNames.NOTIFICATIONS);
        String meta = "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":" + id(message) + "}";
        List<String> honoured = new ArrayList<>();
        for (String list : List.of("tools", "prompts", "resources")) {
            String key = list + "ListChanged";
            boolean asked = document.is(document.member(wanted, JsonDocument.Name.of(key)), JsonDocument.Kind.TRUE);
            if (asked && declares(list)) {
                honoured.add("\"" + key + "\":true");
            }
        }
        Set<String> uris = new TreeSet<>();
        int list = document.member(wanted, McpNames.RESOURCE_SUBSCRIPTIONS);
        if (list != JsonDocument.NONE && declares("subscribe")) {
            for (int uri = document.first(list); uri != JsonDocument.NONE; uri = document.next(list, uri)) {
                if (resources.containsKey(document.string(uri))) {
                    uris.add(document.string(uri));
                }
            }
            honoured.add("\"resourceSubscriptions\":["
                    + String.join(",", uris.stream().map(FakeMcpServer::quoted).toList()) + "]");
        }
        openStream(connection);
        Listener listener = new Listener(connection, meta, "", uris);
        listeners.add(listener);
        sendEvent(
                connection,
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\",\"params\":{" + meta
                        + ",\"notifications\":{" + String.join(",", honoured) + "}}}");
        hold(listener);
    }

    private void get(RawRequest request, RawConnection connection) throws IOException {
        String session = request.header("Mcp-Session-Id").orElse("");
        if (speaks.get() == Speaks.MODERN) {
            connection.answer(405, "text/plain", "");
        } else if (keepsSessions && !sessions.contains(session)) {
            connection.answer(404, "text/plain", "");
        } else {
            openStream(connection);
            Listener listener = new Listener(connection, "", session, Set.of());
            listeners.add(listener);
            hold(listener);
        }
    }

    private static void openStream(RawConnection connection) throws IOException {
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    private static void sendEvent(RawConnection connection, String json) throws IOException {
        String event = "data: " + json + "\n\n";
        int length = event.getBytes(StandardCharsets.UTF_8).length;
        connection.write(Integer.toHexString(length) + "\r\n" + event + "\r\n");
    }

    private void hold(Listener listener) throws IOException {
        try {
            listener.connection().awaitPeerClose();
        } finally {
            listeners.remove(listener);
        }
    }

    private void delete(RawRequest request, RawConnection connection) throws IOException {
        String session = request.header("Mcp-Session-Id").orElse("");
        boolean known = sessions.remove(session);
        subscriptions.remove(session);
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
