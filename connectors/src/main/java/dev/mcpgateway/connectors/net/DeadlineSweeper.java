package dev.mcpgateway.connectors.net;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what has passed its deadline: one thread for all connections of the process, so that a call costs no timer. It
 * looks every {@value #GRAIN_MILLIS} ms; a deadline is therefore kept to within that grain plus the thread's own delay.
 */
public final class DeadlineSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeadlineSweeper.class);

    /** Between two looks: fine enough for time-outs of seconds, idle enough to cost nothing. */
    static final long GRAIN_MILLIS = 25;

    /** A holder of things that have a deadline. */
    @FunctionalInterface
    public interface Watched {
        /** Ends whatever is overdue at that monotonic instant. Called often: must not block. */
        void endOverdue(long nowNanos);
    }

    private final TimeSource time;
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Starts the thread. */
    public DeadlineSweeper(TimeSource time) {
        this.time = time;
        Thread.ofPlatform().daemon().name("deadline-sweeper").start(this::run);
    }

    /** The time by which it judges; deadlines given to its transports must be on the same scale. */
    public TimeSource time() {
        return time;
    }

    /** From now on asks the holder at each look. */
    public void watch(Watched holder) {
        watched.add(holder);
    }

    /** Asks it no more. */
    public void forget(Watched holder) {
        watched.remove(holder);
    }

    private void run() {
        try {
            while (!closed.await(GRAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                long now = time.nanos();
                watched.forEach(holder -> endOverdue(holder, now));
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void endOverdue(Watched holder, long now) {
        try {
            holder.endOverdue(now);
        } catch (RuntimeException | Error failure) {
            // one broken holder, or a thread too many, must not end the deadlines of all others
            LOG.error("a deadline could not be kept", failure);
        }
    }

    /** Deadlines are no longer kept. To be closed after all transports. */
    @Override
    public void close() {
        closed.countDown();
    }

    /** The grain, for tests and documents. */
    public static Duration grain() {
        return Duration.ofMillis(GRAIN_MILLIS);
    }
}
