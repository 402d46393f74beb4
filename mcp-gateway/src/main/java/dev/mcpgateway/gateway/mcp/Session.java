package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.identity.Caller;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A session of a legacy agent. Its id is a name and no credential: every request that carries it is authenticated, and
 * only the caller who opened it may use it.
 */
final class Session {
    private final String id;
    private final Caller caller;
    private final View view;
    private final Revision revision;
    private final ClientCapabilities capabilities;
    private final Questions questions = new Questions();
    private final Map<String, Thread> inFlight = new ConcurrentHashMap<>();
    private final Ear ear;
    private volatile @Nullable LogLevel logLevel;
    private volatile long usedNanos;
    private volatile boolean ended;

    Session(String id, Caller caller, View view, Revision revision, ClientCapabilities capabilities, long openedNanos) {
        this.id = id;
        this.caller = caller;
        this.view = view;
        this.revision = revision;
        this.capabilities = capabilities;
        this.ear = Ear.ofSession(view, caller.subject());
        this.usedNanos = openedNanos;
    }

    String id() {
        return id;
    }

    /** Who opened it. */
    Caller caller() {
        return caller;
    }

    /** Where it was opened; it is unknown everywhere else. */
    View view() {
        return view;
    }

    /** What the agent declared that it can be asked for. */
    ClientCapabilities capabilities() {
        return capabilities;
    }

    /** What the agent is to hear of outside of its requests. */
    Ear ear() {
        return ear;
    }

    /** The least level of log messages that the agent asked for; {@code null} if it never did. */
    @Nullable
    LogLevel logLevel() {
        return logLevel;
    }

    void logLevel(LogLevel level) {
        logLevel = level;
    }

    Revision revision() {
        return revision;
    }

    /** When it was last used, on the monotonic clock. */
    long usedNanos() {
        return usedNanos;
    }

    void used(long nowNanos) {
        usedNanos = nowNanos;
    }

    /** Runs a request so that {@link #cancel} reaches it. */
    <T extends @Nullable Object> T running(String requestId, Supplier<T> call) {
        Thread self = Thread.currentThread();
        Thread other = inFlight.putIfAbsent(requestId, self);
        try {
            if (ended) {
                throw new Refused(Reason.UNKNOWN_SESSION);
            }
            return call.get();
        } finally {
            if (other == null) {
                inFlight.remove(requestId, self);
            }
            // an interrupt that came too late must not reach what this thread does next
            Thread.interrupted();
        }
    }

    /** Interrupts the request with that id (as written), if it is still running. */
    void cancel(String requestId) {
        // inside the map's lock: the request cannot leave, and its thread take up another, before it is interrupted
        inFlight.computeIfPresent(requestId, (id, thread) -> {
            thread.interrupt();
            return thread;
        });
    }

    /**
     * Asks the agent something on the event stream of one of its open requests, and waits for its answer. Questions are
     * numbered here, never by an upstream. May be called by any number of threads.
     *
     * @param params JSON text of the question's {@code params}
     * @param longest most time to wait once the question was taken
     */
    AgentAnswer ask(EventSink sink, String method, byte[] params, Duration longest) {
        return questions.ask(sink, method, params, longest);
    }

    /** Takes a result or an error that the agent posted; {@code false} if no open question has its id. */
    boolean answer(Envelope message) {
        return questions.answer(message);
    }

    /** Wakes all who wait for an answer; nothing can be asked any more. */
    void askNoMore() {
        questions.end();
    }

    /** Whether it is in use at this moment, however long ago its last request came. */
    boolean isBusy() {
        return !inFlight.isEmpty() || ear.isOpen();
    }

    /** Ends its stream and subscriptions, and the waiting of all who asked the agent. What runs goes on. */
    void close() {
        ended = true;
        questions.end();
        ear.end();
    }

    /** The same, and what runs ends, too. */
    void end() {
        close();
        inFlight.keySet().forEach(this::cancel);
    }
}
