package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.CallCredential;
import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpHeader;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.NotJsonRpc;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** Surroundings for tests of upstreams: real time that can be moved forward, calls on virtual threads, all closed at the end. */
public final class Bench implements AutoCloseable {
    /** A timeout that no test reaches. */
    public static final Duration AMPLE = Duration.ofSeconds(10);

    /** A timeout that tests wait for: long enough that what comes before the silence is done by then on a loaded machine. */
    public static final Duration SHORT = Duration.ofSeconds(1);

    private final AtomicLong shiftNanos = new AtomicLong();
    private final TimeSource time = new TimeSource(InstantSource.system(), () -> System.nanoTime() + shiftNanos.get());
    private final DeadlineSweeper sweeper = new DeadlineSweeper(time);
    private final List<AutoCloseable> opened = new ArrayList<>();

    /** Notifications that calls of {@link #call} heard. */
    public final Queue<Envelope> heard = new ConcurrentLinkedQueue<>();

    /** A fresh one. */
    public Bench() {}

    public Surroundings surroundings() {
        return new Surroundings(sweeper, new Random(42), new ClientIdentity("test-gateway", "1.0"));
    }

    public TimeSource time() {
        return time;
    }

    /** Lets time pass for everyone who asks this bench's clock. */
    public void pass(Duration span) {
        shiftNanos.addAndGet(span.toNanos());
    }

    /** Is closed with the bench. */
    public <T extends AutoCloseable> T with(T part) {
        opened.add(part);
        return part;
    }

    public static HttpUpstreamSettings settings(URI url, EraSetting era) {
        return HttpUpstreamSettings.of("fake", url, era, new UpstreamCredential.None(), HttpSettings.Client.LEAN);
    }

    public HttpUpstream upstream(URI url, EraSetting era) {
        return with(new HttpUpstream(settings(url, era), surroundings()));
    }

    /** A message of an agent or server. */
    public static Envelope message(String json) {
        try {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            return Envelope.read(StrictJson.parse(bytes, JsonLimits.forReplies(1 << 24, 64)));
        } catch (JsonRefused | NotJsonRpc refused) {
            throw new AssertionError(refused);
        }
    }

    /** A call as a modern agent sends it. */
    public static Envelope modernRequest(String tool, String arguments) {
        return message(
                "{\"jsonrpc\":\"2.0\",\"id\":\"agent-1\",\"method\":\"tools/call\",\"params\":{\"name\":\"fake__" + tool
                        + "\",\"arguments\":" + arguments
                        + ",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"agent\",\"version\":\"7\"},"
                        + "\"io.modelcontextprotocol/clientCapabilities\":{\"sampling\":{}},\"progressToken\":\"agent-token\"}}}");
    }

    /** A call as a legacy agent sends it. */
    public static Envelope legacyRequest(String tool, String arguments) {
        return message("{\"jsonrpc\":\"2.0\",\"id\":4711,\"method\":\"tools/call\",\"params\":{\"name\":\"fake__" + tool
                + "\",\"arguments\":" + arguments + ",\"_meta\":{\"progressToken\":5}}}");
    }

    public static UpstreamCall call(String tool) {
        return call(tool, "alice", AMPLE);
    }

    public static UpstreamCall call(String tool, String principal, Duration timeout) {
        return call(modernRequest(tool, "{}"), tool, principal, timeout, 1 << 20);
    }

    public static UpstreamCall call(
            Envelope request, String tool, String principal, Duration timeout, int replyBytesMax) {
        return new UpstreamCall(
                request,
                tool,
                principal,
                CallCredential.of(new Credential(List.of(new HttpHeader("Authorization", "Bearer of-" + principal)))),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "vendor=1",
                true,
                timeout,
                replyBytesMax,
                Dialogue.NONE,
                Duration.ZERO);
    }

    /** A request of any method as a legacy agent sends it. */
    public static Envelope request(String method, String params) {
        return message("{\"jsonrpc\":\"2.0\",\"id\":4711,\"method\":\"" + method + "\",\"params\":" + params + "}");
    }

    /** A call of any method. */
    public static UpstreamCall call(Envelope request, String target, String principal, Dialogue dialogue) {
        return new UpstreamCall(
                request,
                target,
                principal,
                CallCredential.of(new Credential(List.of(new HttpHeader("Authorization", "Bearer of-" + principal)))),
                null,
                null,
                true,
                AMPLE,
                1 << 20,
                dialogue,
                Duration.ZERO);
    }

    /** A call of a tool in which the upstream may ask for what is declared. */
    public static UpstreamCall call(String tool, String principal, String capabilities) {
        return call(legacyRequest(tool, "{}"), tool, principal, Dialogue.declaring(capabilities(capabilities)));
    }

    /** Capabilities from JSON. */
    public static ClientCapabilities capabilities(String json) {
        Envelope holder = request("x", json);
        return ClientCapabilities.of(holder.document(), holder.params());
    }

    /** Calls on a virtual thread and waits. */
    public UpstreamReply call(McpUpstream upstream, UpstreamCall call) {
        return start(() -> upstream.call(call, heard::add)).result();
    }

    /** Runs a step on a virtual thread. */
    public static <T> Running<T> start(Callable<T> step) {
        FutureTask<T> task = new FutureTask<>(step);
        return new Running<>(task, Thread.ofVirtual().start(task));
    }

    /** A step under way. */
    public record Running<T>(FutureTask<T> task, Thread thread) {
        /** Waits for its end. */
        public T result() {
            try {
                return task.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new AssertionError(failed.getCause());
            } catch (TimeoutException | InterruptedException stuck) {
                throw new AssertionError("still running", stuck);
            }
        }

        /** Interrupts it once it waits for something. */
        public void interruptWhileWaiting() {
            Await.until(
                    "the call waits",
                    () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
            thread.interrupt();
        }
    }

    @Override
    public void close() {
        for (AutoCloseable part : opened.reversed()) {
            try {
                part.close();
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        }
        sweeper.close();
    }
}
