package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.http.Answers.PeerGone;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An event stream that stays open after everything that was asked is answered: the agent's ear for what changes. Any
 * thread hands in messages and is never kept waiting; the thread that serves the stream writes them, and a comment from
 * time to time, until one side ends it. Events carry no ids: a broken stream is not resumed, what it missed is lost.
 *
 * <p>At most {@value #MESSAGES_MAX} messages and {@value #BYTES_MAX} bytes wait for the agent. More ends the stream, so
 * that an agent which does not read costs no more than that. Whoever opens a stream must {@linkplain #serve serve} it.
 */
public final class EventStream {
    /** Most messages that wait to be written. */
    static final int MESSAGES_MAX = 128;

    /** Most bytes that wait to be written. */
    static final int BYTES_MAX = 64 << 10;

    /** Why a stream is over. */
    public enum End {
        /** {@link #close} was called. */
        CLOSED,
        /** Its time was up. */
        EXPIRED,
        /** The gateway stops. */
        DRAINED,
        /** The agent closed its connection, half of it, or did not take what was written. */
        GONE,
        /** The agent read more slowly than messages came. */
        OVERFLOW;

        private boolean isInOrder() {
            return this != GONE && this != OVERFLOW;
        }
    }

    private final Exchange exchange;
    private final Answers answers;
    private final OpenStreams open;
    private final byte @Nullable [] farewell;
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> waiting = new ArrayDeque<>(1);
    private int waitingBytes;
    private @Nullable End end;

    EventStream(
            Exchange exchange, Answers answers, OpenStreams open, byte @Nullable [] farewell, LongSupplier nanoClock) {
        this.exchange = exchange;
        this.answers = answers;
        this.open = open;
        this.farewell = farewell;
        this.nanoClock = nanoClock;
    }

    /**
     * Hands in a JSON message, to be sent after those that wait. Returns at once, from any thread.
     *
     * @return whether it will be written if the agent stays; {@code false} when the stream is over, also by this message
     */
    public boolean send(byte[] message) {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            if (waiting.size() == MESSAGES_MAX || message.length > BYTES_MAX - waitingBytes) {
                over(End.OVERFLOW);
                return false;
            }
            waiting.add(message);
            waitingBytes += message.length;
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the stream in order, after what waits. Returns at once, from any thread; the first end is the one that counts.
     *
     * @param lastMessage what the agent is told last, in place of the stream's farewell; may be as long as an answer
     */
    public void close(byte @Nullable [] lastMessage) {
        lock.lock();
        try {
            if (end == null) {
                if (lastMessage != null) {
                    waiting.add(lastMessage);
                }
                over(End.CLOSED);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether messages are still taken. */
    public boolean isOpen() {
        lock.lock();
        try {
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Serves the agent until the stream is over, on the thread that calls, and ends the exchange in any case. An interrupt
     * ends the stream as if the agent had gone; the thread is left uninterrupted. Once.
     *
     * @param longest when the stream is over at the latest, such as when the agent's token expires; kept to within the
     *     time between two comments
     */
    public End serve(Duration longest) {
        open.add(this);
        try {
            End why = End.GONE;
            try {
                why = exchange.endPoint().whileThere(() -> untilOver(longest), true);
            } finally {
                if (why.isInOrder()) {
                    answers.endStream(exchange, takeWaiting());
                } else {
                    answers.abandon(exchange);
                }
            }
            return why;
        } finally {
            open.remove(this);
        }
    }

    private End untilOver(Duration longest) {
        long begin = nanoClock.getAsLong();
        try {
            answers.beginStream(exchange);
            for (byte[] events = next(begin, longest); events != null; events = next(begin, longest)) {
                answers.write(exchange, events);
            }
        } catch (PeerGone | InterruptedException gone) {
            end(End.GONE);
        }
        return ending();
    }

    /** Ends the stream because the gateway stops. */
    void drain() {
        end(End.DRAINED);
    }

    /** What is to be written next, or {@code null} when the stream is over. */
    private byte @Nullable [] next(long begin, Duration longest) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = open.keepAliveNanos();
            while (end == null) {
                if (!waiting.isEmpty()) {
                    return takeWaiting();
                }
                long expiresIn = longest.toNanos() - (nanoClock.getAsLong() - begin);
                if (expiresIn <= 0) {
                    over(End.EXPIRED);
                } else if (left <= 0) {
                    return Answers.KEEP_ALIVE;
                } else {
                    long slice = Math.min(left, expiresIn);
                    left -= slice - changed.awaitNanos(slice);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private byte[] takeWaiting() {
        lock.lock();
        try {
            ByteArrayOutputStream events = new ByteArrayOutputStream(waitingBytes + 16 * waiting.size());
            waiting.forEach(message -> Answers.appendEvent(events, message));
            waiting.clear();
            waitingBytes = 0;
            return events.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    private void end(End why) {
        lock.lock();
        try {
            if (end == null) {
                over(why);
            }
        } finally {
            lock.unlock();
        }
    }

    private End ending() {
        lock.lock();
        try {
            return end == null ? End.GONE : end;
        } finally {
            lock.unlock();
        }
    }

    /** Inside the lock. */
    private void over(End why) {
        end = why;
        if (!why.isInOrder()) {
            waiting.clear();
        } else if (why != End.CLOSED && farewell != null) {
            waiting.add(farewell);
        }
        changed.signal();
    }
}
