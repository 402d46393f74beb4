package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** All watches of resources at one upstream: one line to it, and one thread, per principal that watches anything. */
final class ResourceWatches implements AutoCloseable {
    /** Most watches at a time; each may cost the upstream memory. */
    static final int WATCHES_MAX = 1_000;

    private final Watcher.Line line;
    private final Duration patience;
    private final Surroundings surroundings;
    private final Map<String, Watcher> watchers = new HashMap<>();
    private final Map<Watcher, Thread> threads = new HashMap<>();
    private int watches;
    private boolean closed;

    /** The patience bounds the wait for the upstream to agree. */
    ResourceWatches(Watcher.Line line, Duration patience, Surroundings surroundings) {
        this.line = line;
        this.patience = patience;
        this.surroundings = surroundings;
    }

    /** Watches; blocks until the upstream has agreed. */
    ResourceWatch watch(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        if (principal.isEmpty() || uri.isEmpty()) {
            throw new IllegalArgumentException("principal and uri must not be empty");
        }
        Held held = held(uri, principal, credential, updated);
        boolean agreed = false;
        try {
            held.wish.agreed().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            agreed = true;
            return held;
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof UpstreamFault fault) {
                throw fault;
            }
            throw new IllegalStateException("a resource could not be watched", refused.getCause());
        } catch (TimeoutException late) {
            throw new UpstreamFault(new UpstreamReply.TimedOut());
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        } finally {
            if (!agreed) {
                held.close();
            }
        }
    }

    private synchronized Held held(String uri, String principal, SessionCredential credential, Runnable updated)
            throws UpstreamFault {
        if (closed) {
            throw new UpstreamFault("the upstream was closed by this gateway");
        }
        if (watches == WATCHES_MAX) {
            throw new UpstreamFault(new UpstreamReply.Busy("all " + WATCHES_MAX + " watches of resources are in use"));
        }
        Watcher watcher = watchers.get(principal);
        Watcher.Wish wish = watcher == null ? null : watcher.wish(uri, credential, updated);
        if (watcher == null || wish == null) {
            Watcher fresh = new Watcher(principal, credential, surroundings);
            wish = fresh.wish(uri, credential, updated);
            watcher = fresh;
            watchers.put(principal, fresh);
            Thread thread = Thread.ofVirtual().name("resource-watch").unstarted(() -> run(fresh));
            threads.put(fresh, thread);
            thread.start();
        }
        if (wish == null) {
            throw new IllegalStateException("a new watcher takes wishes");
        }
        watches++;
        return new Held(watcher, wish);
    }

    private void run(Watcher watcher) {
        try {
            watcher.run(line);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            watcher.end();
            forget(watcher);
        }
    }

    private synchronized void forget(Watcher watcher) {
        watchers.remove(watcher.principal(), watcher);
        threads.remove(watcher);
    }

    private synchronized void released() {
        watches--;
    }

    private final class Held implements ResourceWatch {
        private final Watcher watcher;
        private final Watcher.Wish wish;
        private final AtomicBoolean over = new AtomicBoolean();

        private Held(Watcher watcher, Watcher.Wish wish) {
            this.watcher = watcher;
            this.wish = wish;
        }

        @Override
        public void close() {
            if (over.compareAndSet(false, true)) {
                released();
                watcher.withdraw(wish);
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        threads.values().forEach(Thread::interrupt);
    }
}
