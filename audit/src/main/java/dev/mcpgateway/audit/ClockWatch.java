package dev.mcpgateway.audit;

import java.time.Duration;

/** Sees the wall clock jump against the monotonic one. Order in the log never depends on either. */
final class ClockWatch {
    private final Duration allowed;
    private boolean started;
    private long lastMicros;
    private long lastNanos;

    ClockWatch(Duration allowed) {
        this.allowed = allowed;
    }

    /** How far the wall clock moved away since the last call, in milliseconds; 0 while it keeps within bounds. */
    long jumpMillis(long micros, long nanos) {
        long drift = started ? (micros - lastMicros) - (nanos - lastNanos) / 1_000 : 0;
        started = true;
        lastMicros = micros;
        lastNanos = nanos;
        return Math.abs(drift) > allowed.toNanos() / 1_000 ? drift / 1_000 : 0;
    }
}
