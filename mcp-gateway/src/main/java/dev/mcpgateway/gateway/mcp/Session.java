package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Revision;
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
    private final String callerKey;
    private final Revision revision;
    private final Map<String, Thread> inFlight = new ConcurrentHashMap<>();
    private volatile Instant lastUsed;

    Session(String id, String callerKey, Revision revision, Instant opened) {
        this.id = id;
        this.callerKey = callerKey;
        this.revision = revision;
        this.lastUsed = opened;
    }

    String id() {
        return id;
    }

    String callerKey() {
        return callerKey;
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
        Thread thread = inFlight.get(requestId);
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Interrupts everything that runs, because the session ends. */
    void cancelAll() {
        inFlight.values().forEach(Thread::interrupt);
    }
}
