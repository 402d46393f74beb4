package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.credential.SessionCredential;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One session per principal and capabilities, never shared between two principals (T11). Opened at the first call, once for all who wait for
 * it, on a thread of its own: a caller that gives up or is cancelled leaves the opening to the next. Closed when unused for
 * long, or for want of room when it is the one unused longest.
 */
final class SessionPool<S> implements DeadlineSweeper.Watched, AutoCloseable {
    /** Makes a session. */
    @FunctionalInterface
    interface Opener<S> {
        /** Blocks until the session is usable. */
        S open(SessionKey key, SessionCredential credential, Deadline deadline) throws UpstreamFault;
    }

    private final int sessionsMax;
    private final Duration openMax;
    private final Duration idleMax;
    private final Opener<S> opener;
    private final Consumer<S> closer;
    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<SessionKey, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    private final class Slot {
        private final AtomicReference<@Nullable S> session = new AtomicReference<>();
        private @Nullable FutureTask<S> opening;
        private int users;
        private long usedNanos;
    }

    /** The opener gets {@code openMax} of time; the closer ends a session and is called on a thread of its own. */
    SessionPool(
            int sessionsMax,
            Duration openMax,
            Duration idleMax,
            Opener<S> opener,
            Consumer<S> closer,
            TimeSource time) {
        this.sessionsMax = sessionsMax;
        this.openMax = openMax;
        this.idleMax = idleMax;
        this.opener = opener;
        this.closer = closer;
        this.time = time;
    }

    /** A session in use: it is not closed for want of room before {@link #close}. */
    final class Lease implements AutoCloseable {
        private final Slot slot;
        private final S session;

        private Lease(Slot slot, S session) {
            this.slot = slot;
            this.session = session;
        }

        S session() {
            return session;
        }

        /** The session is of no use any more; the next lease opens another one. */
        void discard() {
            slot.session.compareAndSet(session, null);
        }

        @Override
        public void close() {
            giveBack(slot);
        }
    }

    /**
     * The session of that key, opened if need be.
     *
     * @throws UpstreamFault if it cannot be opened, or all sessions are in use
     */
    Lease lease(SessionKey key, SessionCredential credential, Deadline deadline) throws UpstreamFault {
        Slot slot = slot(key);
        boolean leased = false;
        try {
            Lease lease = new Lease(slot, opened(slot, key, credential, deadline));
            leased = true;
            return lease;
        } finally {
            if (!leased) {
                giveBack(slot);
            }
        }
    }

    private Slot slot(SessionKey key) throws UpstreamFault {
        lock.lock();
        try {
            if (closed) {
                throw new UpstreamFault("the upstream was closed by this gateway");
            }
            Slot slot = slots.get(key);
            if (slot == null) {
                makeRoom();
                slot = new Slot();
                slots.put(key, slot);
            }
            slot.users++;
            return slot;
        } finally {
            lock.unlock();
        }
    }

    private void makeRoom() throws UpstreamFault {
        Iterator<Slot> leastRecent = slots.values().iterator();
        while (slots.size() >= sessionsMax && leastRecent.hasNext()) {
            Slot slot = leastRecent.next();
            if (slot.users == 0) {
                leastRecent.remove();
                end(slot);
            }
        }
        if (slots.size() >= sessionsMax) {
            throw new UpstreamFault(new UpstreamReply.Busy("all " + sessionsMax + " sessions with it are in use"));
        }
    }

    private S opened(Slot slot, SessionKey key, SessionCredential credential, Deadline deadline) throws UpstreamFault {
        S known = slot.session.get();
        if (known != null) {
            return known;
        }
        try {
            return opening(slot, key, credential).get(deadline.remainingNanos(time), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UpstreamFault fault) {
                throw fault;
            }
            throw new IllegalStateException("a session could not be opened", failed.getCause());
        } catch (TimeoutException late) {
            throw new UpstreamFault(
                    new UpstreamReply.Unreachable("no session with it within the time allowed", false), true);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new UpstreamFault(new UpstreamReply.Cancelled());
        }
    }

    /** The opening that is under way, or a new one. It uses the slot like a call, so that the slot outlives it. */
    private FutureTask<S> opening(Slot slot, SessionKey key, SessionCredential credential) {
        lock.lock();
        try {
            FutureTask<S> task = slot.opening;
            if (task == null) {
                task = new FutureTask<>(() -> open(slot, key, credential));
                slot.opening = task;
                slot.users++;
                Thread.ofVirtual().name("session-open").start(task);
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    private S open(Slot slot, SessionKey key, SessionCredential credential) throws UpstreamFault {
        try {
            S known = slot.session.get();
            S session = known != null ? known : opener.open(key, credential, Deadline.after(openMax, time));
            slot.session.set(session);
            return session;
        } finally {
            lock.lock();
            try {
                slot.opening = null;
            } finally {
                lock.unlock();
            }
            giveBack(slot);
        }
    }

    private void giveBack(Slot slot) {
        lock.lock();
        try {
            slot.users--;
            slot.usedNanos = time.nanos();
            if (slot.users == 0 && (closed || slot.session.get() == null)) {
                slots.values().remove(slot);
                end(slot);
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(Slot slot) {
        S session = slot.session.getAndSet(null);
        if (session != null) {
            Thread.ofVirtual().name("session-close").start(() -> closer.accept(session));
        }
    }

    /** How many sessions there are, or are being opened. */
    int size() {
        lock.lock();
        try {
            return slots.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void endOverdue(long nowNanos) {
        if (!lock.tryLock()) {
            return;
        }
        try {
            // least recently used first: the walk ends at the first one that is young enough
            Iterator<Slot> slot = slots.values().iterator();
            boolean overdue = true;
            while (overdue && slot.hasNext()) {
                Slot eldest = slot.next();
                overdue = eldest.users > 0 || nowNanos - eldest.usedNanos > idleMax.toNanos();
                if (overdue && eldest.users == 0) {
                    slot.remove();
                    end(eldest);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Closes all sessions and waits for it; no more are opened. */
    @Override
    public void close() {
        List<Thread> closing = new ArrayList<>();
        lock.lock();
        try {
            closed = true;
            for (Slot slot : slots.values()) {
                S session = slot.session.getAndSet(null);
                if (session != null) {
                    closing.add(Thread.ofVirtual().name("session-close").start(() -> closer.accept(session)));
                }
            }
            slots.clear();
        } finally {
            lock.unlock();
        }
        try {
            for (Thread one : closing) {
                one.join();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
