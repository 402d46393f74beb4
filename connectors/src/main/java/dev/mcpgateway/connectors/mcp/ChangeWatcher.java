package dev.mcpgateway.connectors.mcp;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Keeps the stream open on which a server announces changes of its tools. Whenever it had to be opened anew, changes may
 * have gone unheard, so that counts as a change.
 */
final class ChangeWatcher implements AutoCloseable {
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    private static final Duration RETRY_LAST = Duration.ofMinutes(5);

    /** Opens the stream and reads it to its end. */
    @FunctionalInterface
    interface Listening {
        /** False when the server announces nothing, so that asking again is useless. */
        boolean until(Runnable opened, Runnable changed) throws UpstreamFault;
    }

    private final Listening listening;
    private final Runnable changed;
    private final Backoff backoff;
    private final Thread thread;

    private ChangeWatcher(String alias, Listening listening, Runnable changed, RandomGenerator random) {
        this.listening = listening;
        this.changed = changed;
        this.backoff = new Backoff(RETRY_FIRST, RETRY_LAST, random);
        this.thread = Thread.ofVirtual().name("tools-watch-" + alias).unstarted(this::run);
    }

    static ChangeWatcher start(String alias, Listening listening, Runnable changed, RandomGenerator random) {
        ChangeWatcher watcher = new ChangeWatcher(alias, listening, changed, random);
        watcher.thread.start();
        return watcher;
    }

    /** Whether it goes on listening. */
    boolean isListening() {
        return thread.isAlive();
    }

    private void run() {
        boolean before = false;
        try {
            while (listenOnce(before)) {
                before = true;
                new Signal().await(backoff.next());
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean listenOnce(boolean before) {
        try {
            return listening.until(
                    () -> {
                        backoff.reset();
                        if (before) {
                            changed.run();
                        }
                    },
                    changed);
        } catch (UpstreamFault down) {
            return !Thread.currentThread().isInterrupted();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
