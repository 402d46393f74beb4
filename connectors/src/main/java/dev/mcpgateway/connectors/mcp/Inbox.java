package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The place where messages, and behind them one outcome, wait for the thread that wants them. */
final class Inbox<R> {
    /** Messages that may wait; a reader slower than its upstream loses the newest. */
    static final int MESSAGES_MAX = 256;

    /** Bytes of messages that may wait: many long ones would fill the memory before they are too many. */
    static final long BYTES_MAX = 4L * 1024 * 1024;

    /** How close requests follow each other that belong together. */
    private static final long TOGETHER_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Envelope> messages = new ArrayDeque<>();
    private long bytes;
    private @Nullable R outcome;
    private @Nullable Thread asking;
    private boolean woken;

    /** What came next. */
    sealed interface Arrival<R> {
        /** A message. */
        record Notice<R>(Envelope message) implements Arrival<R> {}

        /** The outcome; nothing follows. */
        record Final<R>(R outcome) implements Arrival<R> {}
    }

    /** False when there is no room, or the outcome is there. */
    boolean offer(Envelope message) {
        lock.lock();
        try {
            int length = message.document().bytes().length;
            boolean room = outcome == null && messages.size() < MESSAGES_MAX && bytes + length <= BYTES_MAX;
            if (room) {
                messages.add(message);
                bytes += length;
                arrived.signal();
            }
            return room;
        } finally {
            lock.unlock();
        }
    }

    /** The first outcome counts; false for any other. */
    boolean end(R end) {
        lock.lock();
        try {
            boolean first = outcome == null;
            if (first) {
                outcome = end;
                arrived.signal();
                wake();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Whatever comes next; empty when the deadline comes first. */
    Optional<Arrival<R>> next(Deadline deadline, TimeSource time) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (messages.isEmpty() && outcome == null) {
                long nanos = deadline.remainingNanos(time);
                if (nanos == 0) {
                    return Optional.empty();
                }
                var _ = arrived.awaitNanos(nanos);
            }
            Envelope message = messages.poll();
            bytes -= message == null ? 0 : message.document().bytes().length;
            R end = outcome;
            return message != null
                    ? Optional.of(new Arrival.Notice<>(message))
                    : Optional.ofNullable(end).map(Arrival.Final::new);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs {@code ask}, which waits for somebody's answer, and interrupts it as soon as the outcome is there: nobody wants
     * the answer any more. That interrupt does not outlast this method.
     */
    void whileOpen(Runnable ask) {
        lock.lock();
        try {
            asking = Thread.currentThread();
            if (outcome != null) {
                wake();
            }
        } finally {
            lock.unlock();
        }
        try {
            ask.run();
        } finally {
            awake();
        }
    }

    /** Inside the lock. */
    private void wake() {
        if (asking != null) {
            woken = true;
            asking.interrupt();
        }
    }

    private void awake() {
        lock.lock();
        try {
            asking = null;
            if (woken) {
                woken = false;
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * A request of the server and those that follow it closely: whoever is asked can answer all at once, and a server that
     * sends several before it waits means them so. At most {@value Questions#ANSWERED_MAX}; the rest stays.
     */
    List<Envelope> together(Envelope first) throws InterruptedException {
        List<Envelope> all = new ArrayList<>(List.of(first));
        // a server that never pauses must hold neither the call nor the memory
        while (all.size() < Questions.ANSWERED_MAX) {
            Optional<Envelope> more = nextRequest();
            if (more.isEmpty()) {
                return all;
            }
            all.add(more.get());
        }
        return all;
    }

    private Optional<Envelope> nextRequest() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = TOGETHER_NANOS;
            while (messages.isEmpty() && outcome == null && left > 0) {
                left = arrived.awaitNanos(left);
            }
            Envelope next = messages.peek();
            if (next == null || next.shape() != Shape.REQUEST) {
                return Optional.empty();
            }
            messages.remove();
            bytes -= next.document().bytes().length;
            return Optional.of(next);
        } finally {
            lock.unlock();
        }
    }

    /** The outcome, if it has come. */
    Optional<R> outcome() {
        lock.lock();
        try {
            return Optional.ofNullable(outcome);
        } finally {
            lock.unlock();
        }
    }
}
