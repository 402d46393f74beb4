package dev.mcpgateway.connectors.testing;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A provider of models whose every answer is scripted, by path below {@code /v1}. It keeps every request with its headers
 * and exact body.
 *
 * <pre>{@code
 * try (var provider = FakeModelServer.start()) {
 *   provider.on("/chat/completions", turn -> turn.whole("{…}"));
 *   … provider.url() …
 * }
 * }</pre>
 */
public final class FakeModelServer implements AutoCloseable {
    private final RawServer server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Queue<RawRequest> requests = new ConcurrentLinkedQueue<>();

    /** Answers one request. */
    @FunctionalInterface
    public interface Script {
        /** Talks to the client. */
        void answer(ModelTurn turn) throws Exception;
    }

    private FakeModelServer() {
        this.server = RawServer.start(this::serve);
    }

    /** Starts on a free loopback port. */
    public static FakeModelServer start() {
        return new FakeModelServer();
    }

    /** The base URL. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.port() + "/v1");
    }

    /** Answers POSTs to a path, such as {@code /chat/completions}, from now on by this script. */
    public FakeModelServer on(String path, Script script) {
        scripts.put(path, script);
        return this;
    }

    /** Everything that was received, in order. */
    public List<RawRequest> requests() {
        return List.copyOf(requests);
    }

    /** The one request that was received. */
    public RawRequest request() {
        List<RawRequest> all = requests();
        if (all.size() != 1) {
            throw new AssertionError("not one request: " + all);
        }
        return all.getFirst();
    }

    /** Forgets what was received. */
    public void clearRequests() {
        requests.clear();
    }

    /** How many connections are open now. */
    public int open() {
        return server.open();
    }

    /** Assertion errors inside scripts. */
    public Queue<Throwable> failures() {
        return server.failures();
    }

    private void serve(RawConnection connection) throws Exception {
        for (var next = connection.readRequest(); next.isPresent(); next = connection.readRequest()) {
            RawRequest request = next.get();
            requests.add(request);
            Script script = scripts.get(request.target().replaceFirst("^/v1", ""));
            if (script == null) {
                connection.answer(404, "application/json", "{\"error\":{\"message\":\"no script\"}}");
            } else {
                script.answer(new ModelTurn(request, connection));
            }
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
