package dev.mcpgateway.gateway.identity;

import java.time.Duration;

/** Lets time pass; given by the wiring, so that tests own it. */
@FunctionalInterface
interface Pause {
    /** The machine's. */
    Pause SLEEP = nanos -> Thread.sleep(Duration.ofNanos(nanos));

    /** Returns after so many nanoseconds, or a little sooner or later. */
    void nanos(long nanos) throws InterruptedException;
}
