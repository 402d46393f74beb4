package dev.mcpgateway.connectors.net;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a blocking step on a virtual thread, as the product does. */
final class Virtually<T> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final FutureTask<T> task;
    private final Thread thread;

    private Virtually(Callable<T> step) {
        task = new FutureTask<>(step);
        thread = Thread.ofVirtual().start(task);
    }

    static <T> Virtually<T> start(Callable<T> step) {
        return new Virtually<>(step);
    }

    static <T> T call(Callable<T> step) {
        return start(step).result();
    }

    void interrupt() {
        thread.interrupt();
    }

    Thread thread() {
        return thread;
    }

    T result() {
        try {
            return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (failed.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError(failed.getCause());
        } catch (TimeoutException | InterruptedException stuck) {
            throw new AssertionError("still running: " + java.util.Arrays.toString(thread.getStackTrace()), stuck);
        }
    }
}
