package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.time.Duration;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The connections to one origin: the most recently used first, never more than allowed, stale ones never used. */
final class LeanPool implements DeadlineSweeper.Watched {
    private final HttpSettings settings;
    private final LeanConnector connector;
    private final TimeSource time;
    private final Semaphore free;
    private final Deque<LeanConnection> idle = new ConcurrentLinkedDeque<>();
    private final Set<LeanConnection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    LeanPool(HttpSettings settings, LeanConnector connector, TimeSource time) {
        this.settings = settings;
        this.connector = connector;
        this.time = time;
        this.free = new Semaphore(settings.connectionsMax());
    }

    TimeSource time() {
        return time;
    }

    /** A connection for one exchange: to be given back by {@link #release} or {@link #discard}. */
    LeanConnection lease(Deadline deadline) throws HttpFault {
        awaitTurn(deadline);
        boolean leased = false;
        try {
            LeanConnection connection = idleOrNew(deadline);
            leased = true;
            return connection;
        } finally {
            if (!leased) {
                free.release();
            }
        }
    }

    private void awaitTurn(Deadline deadline) throws HttpFault {
        try {
            long nanos = Math.min(
                    deadline.remainingNanos(time), settings.leaseTimeout().toNanos());
            if (!free.tryAcquire() && !free.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                throw new HttpFault(
                        Kind.NO_CONNECTION_FREE,
                        false,
                        "all " + settings.connectionsMax() + " connections in use",
                        null);
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new HttpFault(Kind.CANCELLED, false, "cancelled", null);
        }
    }

    private LeanConnection idleOrNew(Deadline deadline) throws HttpFault {
        for (LeanConnection known = idle.pollFirst(); known != null; known = idle.pollFirst()) {
            if (known.reuse(deadline)) {
                return known;
            }
            drop(known);
        }
        return connector.connect(deadline, fresh -> {
            open.add(fresh);
            if (closed) {
                drop(fresh);
            }
        });
    }

    /** Keeps the connection for others: its exchange was read to the end and the peer wants to go on. */
    void release(LeanConnection connection, ResponseHead head) {
        Duration keep = keepAlive(head);
        boolean young = !connection.isOlderThan(settings.ageMax().toNanos(), time.nanos());
        if (!keep.isZero() && young && !closed && connection.until(Deadline.after(keep, time))) {
            idle.addFirst(connection);
        } else {
            drop(connection);
        }
        free.release();
    }

    /** How long the peer keeps its side, by its own word, with a second of margin for what is under way. */
    private Duration keepAlive(ResponseHead head) {
        String announcement = head.value("Keep-Alive");
        if (announcement.isEmpty()) {
            return settings.idleMax();
        }
        for (String parameter : announcement.split(",", -1)) {
            String text = parameter.strip();
            if (text.matches("timeout=[0-9]{1,6}")) {
                Duration announced = Duration.ofSeconds(Long.parseLong(text.substring("timeout=".length())) - 1);
                return announced.compareTo(settings.idleMax()) < 0 ? announced : settings.idleMax();
            }
        }
        return settings.idleMax();
    }

    /** Closes the connection after use. */
    void discard(LeanConnection connection) {
        drop(connection);
        free.release();
    }

    private void drop(LeanConnection connection) {
        open.remove(connection);
        connection.end(Kind.BROKEN);
    }

    @Override
    public void endOverdue(long nowNanos) {
        open.removeIf(connection -> {
            boolean ended = connection.endIfOverdue(nowNanos);
            if (ended) {
                idle.remove(connection);
            }
            return ended;
        });
    }

    void close() {
        closed = true;
        open.forEach(connection -> connection.end(Kind.CANCELLED));
        open.clear();
    }
}
