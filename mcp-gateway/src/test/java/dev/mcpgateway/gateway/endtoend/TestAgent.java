package dev.mcpgateway.gateway.endtoend;

import org.jspecify.annotations.Nullable;

/**
 * An agent with a token. It speaks 2026-07-28 until {@link #initialize} opened a session of an older revision. Knows how
 * a good request looks; tests change one thing in it.
 */
public final class TestAgent {
    /** What a modern request carries in {@code params}. */
    public static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

    private final TestGateway gateway;
    private final String token;
    private @Nullable String session;
    private String path;
    private String revision = "2026-07-28";
    private String capabilities = "{}";

    TestAgent(TestGateway gateway, String token) {
        this.gateway = gateway;
        this.token = token;
        this.path = gateway.url().getPath();
    }

    /** From now on it speaks to the view with this path; its token stays what it is. */
    public TestAgent at(String view) {
        path = view;
        return this;
    }

    /** From now on it declares these client capabilities: in each modern request, or when it opens a session. */
    public TestAgent declaring(String json) {
        capabilities = json;
        return this;
    }

    /** The token. */
    public String token() {
        return token;
    }

    /** The id of the legacy session. */
    public String session() {
        if (session == null) {
            throw new IllegalStateException("no session was opened");
        }
        return session;
    }

    /** Host, token, content type: what every POST has. */
    public WireRequest post() {
        return WireRequest.of("POST", path)
                .plus("Host", gateway.url().getAuthority())
                .plus("Authorization", "Bearer " + token)
                .plus("Content-Type", "application/json")
                .plus("Accept", "application/json, text/event-stream");
    }

    /** Opens a legacy session of that revision and speaks it from now on. */
    public TestAgent initialize(String version) {
        WireAnswer answer = send(post().body(
                        initializeBody(version).replace("\"capabilities\":{}", "\"capabilities\":" + capabilities)));
        if (answer.status() != 200) {
            throw new AssertionError("no session: " + answer);
        }
        session = answer.header("Mcp-Session-Id").orElseThrow(() -> new AssertionError("no session id: " + answer));
        revision = answer.at("/result/protocolVersion");
        return this;
    }

    /** The body of {@code initialize}. */
    public static String initializeBody(String version) {
        return "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"" + version
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    }

    /**
     * A good request with the id 1.
     *
     * @param members members of {@code params} as JSON text, without {@code _meta}
     */
    public WireRequest request(String method, String members) {
        String meta = META.replace("clientCapabilities\":{}", "clientCapabilities\":" + capabilities);
        String params = session != null ? members : members.isEmpty() ? meta : members + "," + meta;
        return message(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params + "}}", method);
    }

    /** A good notification. */
    public WireRequest notification(String method, String members) {
        return message("{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"params\":{" + members + "}}", method);
    }

    /** A body with the headers that belong to its method. */
    public WireRequest message(String body, String method) {
        WireRequest request = post().plus("MCP-Protocol-Version", revision);
        return (session == null ? request.plus("Mcp-Method", method) : request.plus("Mcp-Session-Id", session))
                .body(body);
    }

    /** A good {@code tools/call}. */
    public WireRequest calling(String tool, String arguments) {
        return callingWith(tool, "\"arguments\":" + arguments);
    }

    /** A good {@code tools/call} with other members of {@code params} beside the name. */
    public WireRequest callingWith(String tool, String members) {
        WireRequest request = request("tools/call", "\"name\":\"" + tool + "\"," + members);
        return session == null ? request.plus("Mcp-Name", tool) : request;
    }

    /** A good {@code prompts/get} with other members of {@code params} beside the name. */
    public WireRequest getting(String prompt, String members) {
        WireRequest request =
                request("prompts/get", "\"name\":\"" + prompt + "\"" + (members.isEmpty() ? "" : "," + members));
        return session == null ? request.plus("Mcp-Name", prompt) : request;
    }

    /** A good {@code resources/read} with other members of {@code params} beside the URI. */
    public WireRequest reading(String uri, String members) {
        WireRequest request =
                request("resources/read", "\"uri\":\"" + uri + "\"" + (members.isEmpty() ? "" : "," + members));
        return session == null ? request.plus("Mcp-Name", uri) : request;
    }

    /** A good answer to what a legacy agent was asked: {@code "result":…} or {@code "error":…}. */
    public WireRequest answering(String id, String rest) {
        return message("{\"jsonrpc\":\"2.0\",\"id\":\"" + id + "\"," + rest + "}", "");
    }

    /** A good {@code tools/list}. */
    public WireRequest listing() {
        return request("tools/list", "");
    }

    /** Calls a tool. */
    public WireAnswer call(String tool, String arguments) {
        return send(calling(tool, arguments));
    }

    /** Lists the tools. */
    public WireAnswer list() {
        return send(listing());
    }

    /** A good {@code subscriptions/listen} with this value of {@code params.notifications}. */
    public WireRequest listening(String notifications) {
        return request("subscriptions/listen", "\"notifications\":" + notifications);
    }

    /** Opens a stream for these changes. */
    public AgentStream listen(String notifications) {
        return AgentStream.open(gateway, listening(notifications));
    }

    /** Opens a stream for these changes and reads the acknowledgement. */
    public AgentStream heard(String notifications) {
        AgentStream stream = listen(notifications);
        String method = stream.method();
        if (!method.equals("notifications/subscriptions/acknowledged")) {
            throw new AssertionError("first came " + method);
        }
        return stream;
    }

    /** A good GET for the stream of the session, if there is one. */
    public WireRequest getting() {
        WireRequest request = WireRequest.of("GET", path)
                .plus("Host", gateway.url().getAuthority())
                .plus("Authorization", "Bearer " + token)
                .plus("Accept", "text/event-stream")
                .plus("MCP-Protocol-Version", revision);
        return session == null ? request : request.plus("Mcp-Session-Id", session);
    }

    /** Opens the stream of the session. */
    public AgentStream get() {
        return AgentStream.open(gateway, getting());
    }

    /** A good DELETE of the session. */
    public WireRequest deleting() {
        return getting().line("DELETE " + path + " HTTP/1.1").without("Accept");
    }

    /** The same session with another token of the same caller. */
    public TestAgent with(String otherToken) {
        TestAgent same = new TestAgent(gateway, otherToken);
        same.session = session;
        same.path = path;
        same.revision = revision;
        return same;
    }

    /** A good request about a resource. */
    public WireRequest about(String method, String uri) {
        WireRequest request = request(method, "\"uri\":\"" + uri + "\"");
        return session == null ? request.plus("Mcp-Name", uri) : request;
    }

    /** Subscribes to a resource in its session. */
    public WireAnswer subscribe(String uri) {
        return send(about("resources/subscribe", uri));
    }

    /** Ends a subscription. */
    public WireAnswer unsubscribe(String uri) {
        return send(about("resources/unsubscribe", uri));
    }

    /** Sends over a connection of its own. */
    public WireAnswer send(WireRequest request) {
        return gateway.send(request);
    }
}
