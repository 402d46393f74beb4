package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.Envelope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The place where the answer to one request, and notifications before it, wait for the thread that asked. */
final class PendingCall {
    /** Notifications that may wait; a caller slower than its upstream loses the newest. */
    static final int NOTIFICATIONS_MAX = 256;

    private final int replyBytesMax;
    private final int replyDepthMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Envelope> notifications = new ArrayDeque<>();
    private @Nullable UpstreamReply reply;

    PendingCall(int replyBytesMax, int replyDepthMax) {
        this.replyBytesMax = replyBytesMax;
        this.replyDepthMax = replyDepthMax;
    }

    /** What came next. */
    sealed interface Arrival {
        /** A notification. */
        record Notice(Envelope message) implements Arrival {}

        /** The answer; nothing follows. */
        record Final(UpstreamReply reply) implements Arrival {}
    }

    /** False when there is no room, or it is nested too deep. */
    boolean offer(Envelope notification) {
        lock.lock();
        try {
            boolean room = reply == null
                    && notifications.size() < NOTIFICATIONS_MAX
                    && notification.document().depth() <= replyDepthMax;
            if (room) {
                notifications.add(notification);
                arrived.signal();
            }
            return room;
        } finally {
            lock.unlock();
        }
    }

    /** False when there is an answer already. */
    boolean answer(Envelope message) {
        if (message.document().bytes().length > replyBytesMax) {
            return end(new UpstreamReply.TooLarge(replyBytesMax));
        }
        if (message.document().depth() > replyDepthMax) {
            return end(new UpstreamReply.Malformed("nesting deeper than " + replyDepthMax));
        }
        return end(Replies.of(message, 0));
    }

    void tooLong(long bytesMax) {
        var _ = end(new UpstreamReply.TooLarge(Math.min(bytesMax, replyBytesMax)));
    }

    /** The first answer counts; false for any other. */
    boolean end(UpstreamReply answer) {
        lock.lock();
        try {
            boolean first = reply == null;
            if (first) {
                reply = answer;
                arrived.signal();
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    /** Whatever comes next; empty when the deadline comes first. */
    Optional<Arrival> next(Deadline deadline, TimeSource time) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (notifications.isEmpty() && reply == null) {
                long nanos = deadline.remainingNanos(time);
                if (nanos == 0) {
                    return Optional.empty();
                }
                var _ = arrived.awaitNanos(nanos);
            }
            Envelope notification = notifications.poll();
            UpstreamReply answer = reply;
            return notification != null
                    ? Optional.of(new Arrival.Notice(notification))
                    : Optional.ofNullable(answer).map(Arrival.Final::new);
        } finally {
            lock.unlock();
        }
    }

    /** The answer, if it has come. */
    Optional<UpstreamReply> answered() {
        lock.lock();
        try {
            return Optional.ofNullable(reply);
        } finally {
            lock.unlock();
        }
    }
}
