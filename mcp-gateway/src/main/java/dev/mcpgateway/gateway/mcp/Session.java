package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.identity.Caller;
import java.time.Instant;
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
    private final Revision revision;
    private final Map<String, Thread> inFlight = new ConcurrentHashMap<>();
    private volatile Instant lastUsed;

    Session(String id, Caller caller, Revision revision, Instant opened) {
        this.id = id;
        this.caller = caller;
        this.revision = revision;
        this.lastUsed = opened;
    }

    String id() {
        return id;
    }

    /** Who opened it. */
    Caller caller() {
        return caller;
    }

    Revision revision() {
        return revision;
    }

    Instant lastUsed() {
        return lastUsed;
    }

    void used(Instant now) {
        lastUsed = now;
    }

    /** Runs a request so that {@link #cancel} reaches it. */
    <T extends @Nullable Object> T running(String requestId, Supplier<T> call) {
        Thread self = Thread.currentThread();
        Thread other = inFlight.putIfAbsent(requestId, self);
        try {
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

    /** Interrupts everything that runs, because the session ends. */
    void cancelAll() {
        inFlight.keySet().forEach(this::cancel);
    }
}
