package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.endtoend.TestClock;
import dev.mcpgateway.gateway.endtoend.WireClient;
import dev.mcpgateway.gateway.endtoend.WireRequest;
import dev.mcpgateway.gateway.http.EventStream.End;
import dev.mcpgateway.gateway.http.HttpServer.Settings;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A port that answers each request for {@code /stream} with an event stream that the test holds in its hands. */
final class TestStreams implements AutoCloseable {
    /** What the agent is told last when the port ends its stream. */
    static final String FAREWELL = "{\"farewell\":true}";

    /** How long a stream lasts at most. */
    static final Duration LONGEST = Duration.ofHours(1);

    private final TestClock clock = new TestClock();
    private final BlockingQueue<EventStream> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<End> ended = new LinkedBlockingQueue<>();
    private final HttpServer server;

    private TestStreams(Duration keepAlive, Duration idle) throws Exception {
        this.server = new HttpServer(
                "streams",
                new Settings(
                        "127.0.0.1",
                        0,
                        null,
                        null,
                        null,
                        port -> Set.of("127.0.0.1:" + port),
                        port -> Set.of(),
                        8192,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        idle,
                        keepAlive,
                        100_000),
                clock::nanos);
        server.open();
        Answers answers = server.answers("", List::of, Answers.Dpop.NONE, "{}");
        BoundedBody bodies = new BoundedBody(8192, Duration.ofSeconds(10), clock::nanos);
        Route stream = new Route(
                "/stream", Set.of("GET", "POST"), Access.PUBLIC, false, exchange -> serve(answers, exchange, bodies));
        server.start(
                new Routes(List.of(stream)),
                answers,
                (exchange, refusal) -> refusal,
                EdgeForm.RPC,
                new CallIds(clock, new SecureRandom()));
    }

    /** A port whose streams carry a comment this often. */
    static TestStreams start(Duration keepAlive) throws Exception {
        return start(keepAlive, Duration.ofMinutes(1));
    }

    /** A port whose streams carry a comment this often, and whose connections may be idle this long. */
    static TestStreams start(Duration keepAlive, Duration idle) throws Exception {
        return new TestStreams(keepAlive, idle);
    }

    private void serve(Answers answers, Exchange exchange, BoundedBody bodies) {
        if (exchange.method().equals("POST")) {
            bodies.read(exchange);
        }
        EventStream stream = answers.openStream(exchange, FAREWELL.getBytes(StandardCharsets.UTF_8));
        opened.add(stream);
        ended.add(stream.serve(LONGEST));
    }

    HttpServer server() {
        return server;
    }

    TestClock clock() {
        return clock;
    }

    /** Asks for a stream over a connection of its own; its answer is still to be read. */
    WireClient ask() throws IOException {
        WireClient client = WireClient.to(server.port());
        client.send(request());
        return client;
    }

    /** A request for a stream. */
    byte[] request() {
        return WireRequest.of("GET", "/stream")
                .plus("Host", "127.0.0.1:" + server.port())
                .bytes();
    }

    /** The stream that was opened next. */
    EventStream opened() throws InterruptedException {
        EventStream stream = opened.poll(20, TimeUnit.SECONDS);
        if (stream == null) {
            throw new AssertionError("no stream was opened");
        }
        return stream;
    }

    /** How the stream ended that was over next. */
    End ended() throws InterruptedException {
        End end = ended.poll(20, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("no stream was over");
        }
        return end;
    }

    @Override
    public void close() {
        server.close();
    }
}
