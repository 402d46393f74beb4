package dev.mcpgateway.connectors.mcp;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread; any number of raises before the wait count as one. */
final class Signal {
    private final Semaphore raised = new Semaphore(0);

    void raise() {
        raised.release();
    }

    /** Waits until it is raised or the time is over. True if it was raised. */
    boolean await(Duration atMost) throws InterruptedException {
        boolean woken = raised.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
        raised.drainPermits();
        return woken;
    }
}
