package dev.mcpgateway.audit;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The proof that a call's intent is on disk. Only {@link AuditLog#open} makes one; what goes upstream demands it.
 *
 * <p>Safe from any thread; the first of {@link #finish} and {@link #close} counts.
 */
public final class AuditTicket implements AutoCloseable {
    private final AuditLog log;
    private final CallOpened call;
    private final long seq;
    private final long openedNanos;
    private final AtomicBoolean finished = new AtomicBoolean();

    AuditTicket(AuditLog log, CallOpened call, long seq, long openedNanos) {
        this.log = log;
        this.call = call;
        this.seq = seq;
        this.openedNanos = openedNanos;
    }

    /** The gateway's id of the call. */
    public String callId() {
        return call.callId();
    }

    /** Number of the intent record; the outcome record names it as its parent. */
    public long seq() {
        return seq;
    }

    /**
     * Records how the call ended. In {@link Durability#STRICT} the record is durable when this returns; in {@link
     * Durability#INTENT} it is queued.
     *
     * @throws AuditUnavailable if it is not: the result must be withheld. After {@link
     *     AuditUnavailable.Reason#RECORD_TOO_LARGE} and {@link AuditUnavailable.Reason#QUEUE_FULL} another outcome may be
     *     given, and {@link #close} records the call as aborted
     * @throws IllegalStateException if the call was finished before
     */
    public void finish(CallOutcome outcome) {
        if (!finished.compareAndSet(false, true)) {
            throw new IllegalStateException("call " + TerminalText.safe(callId()) + " is finished already");
        }
        boolean recorded = false;
        try {
            log.finish(call, seq, outcome);
            recorded = true;
        } finally {
            finished.set(recorded);
        }
        // behind the decision: whatever an observer does, the call has its one outcome
        log.ended(call, outcome);
    }

    /**
     * Records the call as aborted, unless it was finished, and returns once that is durable.
     *
     * @throws AuditUnavailable if that record is not taken
     */
    @Override
    public void close() {
        if (finished.compareAndSet(false, true)) {
            log.abort(call, seq, openedNanos);
        }
    }
}
