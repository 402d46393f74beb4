package dev.mcpgateway.connectors.mcp;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Keeps the stream open on which the server of a legacy session speaks unasked; ends with the session. */
final class SessionStream implements AutoCloseable {
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    private static final Duration RETRY_LAST = Duration.ofMinutes(1);

    /** Reads the stream once. */
    @FunctionalInterface
    interface Reading {
        /** Blocks until the stream ends; false when asking again is useless. The argument is told when it stands. */
        boolean until(Runnable opened) throws UpstreamFault;
    }

    private final Reading reading;
    private final Runnable missed;
    private final Backoff backoff;
    private final CountDownLatch settled = new CountDownLatch(1);
    private final Thread thread;

    private SessionStream(Reading reading, Runnable missed, RandomGenerator random) {
        this.reading = reading;
        this.missed = missed;
        this.backoff = new Backoff(RETRY_FIRST, RETRY_LAST, random);
        this.thread = Thread.ofVirtual().name("session-stream").unstarted(this::run);
    }

    /** Begins to read; {@code missed} is told whenever the stream had to be opened anew. */
    static SessionStream start(Reading reading, Runnable missed, RandomGenerator random) {
        SessionStream stream = new SessionStream(reading, missed, random);
        stream.thread.start();
        return stream;
    }

    /**
     * Waits until the stream stands, or it is known that it will not, but no longer than this, and only once: some servers
     * send no head before they have something to say.
     */
    void awaitOpened(Duration atMost) throws InterruptedException {
        boolean _ = settled.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        settled.countDown();
    }

    private void run() {
        try {
            boolean again = once();
            while (again) {
                new Signal().await(backoff.next());
                again = once();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } finally {
            settled.countDown();
        }
    }

    private boolean once() {
        try {
            return reading.until(() -> {
                backoff.reset();
                if (settled.getCount() == 0) {
                    missed.run();
                }
                settled.countDown();
            });
        } catch (UpstreamFault down) {
            return !Thread.currentThread().isInterrupted();
        } finally {
            settled.countDown();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
