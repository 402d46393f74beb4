package dev.mcpgateway.gateway.model.route;

import java.time.Duration;

/** What calls of a target were like of late. What is long ago is forgotten, so that the slow get another chance. */
final class Experience {
    private static final double FORGET_NANOS = Duration.ofMinutes(1).toNanos();
    private static final double OF_ONE_CALL = 0.05;
    private static final double ALL = 1_000_000;

    private double latencyNanos;
    private double success = ALL;
    private long since;
    private int inFlight;

    Experience(long now) {
        this.since = now;
    }

    synchronized void began() {
        inFlight++;
    }

    synchronized void ended() {
        inFlight--;
    }

    /** A peak counts at once, what is better little by little. */
    synchronized void answered(long nanos, long now) {
        double kept = forget(now);
        latencyNanos = Math.max((double) nanos, latencyNanos + nanos * (1 - kept));
    }

    /** How long is not known, so it makes nobody quicker. */
    synchronized void tookMore(long nanos, long now) {
        var _ = forget(now);
        latencyNanos = Math.max((double) nanos, latencyNanos);
    }

    synchronized void noted(boolean failed, long now) {
        var _ = forget(now);
        success += OF_ONE_CALL * ((failed ? 0 : ALL) - success);
    }

    /** Gives the share of what was known that still counts. */
    private double forget(long now) {
        double kept = Math.exp(-Math.max(0, now - since) / FORGET_NANOS);
        since = now;
        latencyNanos *= kept;
        success = ALL - (ALL - success) * kept;
        return kept;
    }

    synchronized long latencyNanos(long now) {
        var _ = forget(now);
        return (long) latencyNanos;
    }

    synchronized long successMillionths(long now) {
        var _ = forget(now);
        return (long) success;
    }

    synchronized int inFlight() {
        return inFlight;
    }
}
