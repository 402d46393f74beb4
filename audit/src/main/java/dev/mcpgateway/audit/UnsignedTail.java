package dev.mcpgateway.audit;

import java.time.Duration;

/**
 * Judges the records that no checkpoint covers yet. A live log has few of them, and only for a moment; whoever has the
 * disk and not the key can write any number of them.
 */
final class UnsignedTail {
    /** A gateway that cannot sign stops long before this, after {@link AuditLimits#writeTimeout}. */
    static final Duration SPAN_MAX = Duration.ofMinutes(5);

    private boolean isBegun;
    private boolean isStarting;
    private boolean isImpossible;
    private long lastMicros;
    private long spanMicros;

    /** A checkpoint covers everything so far. */
    void signed() {
        isBegun = false;
        isStarting = false;
        isImpossible = false;
        spanMicros = 0;
    }

    /** The next record behind the newest checkpoint. */
    void record(RecordFields fields, long micros) {
        boolean isStart = isFirstOfAProcess(fields.event());
        // a process begins with these records and signs them before it takes any other
        isImpossible |= isStarting && !isStart && !fields.event().startsWith("log.");
        isStarting |= isStart;
        // before them it was down, so that time says nothing
        spanMicros += isBegun && !isStart ? micros - lastMicros : 0;
        isBegun = true;
        lastMicros = micros;
    }

    private static boolean isFirstOfAProcess(String event) {
        return event.equals("log.opened") || event.equals("log.recovered") || event.endsWith(".unresolved");
    }

    /** Whether a gateway that is running, or was stopped at any moment, can have left these records unsigned. */
    boolean isPlausible() {
        return !isImpossible && spanMicros <= SPAN_MAX.toNanos() / 1_000;
    }
}
