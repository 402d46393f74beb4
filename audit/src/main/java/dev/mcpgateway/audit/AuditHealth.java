package dev.mcpgateway.audit;

import java.time.Instant;

/**
 * The state of the log at one moment.
 *
 * @param state open, soft, failed or closed
 * @param reason why it is not open, in words; empty when it is
 * @param nextSeq the number that the next record will get
 * @param checkpointSize records covered by the newest published checkpoint
 * @param checkpointTime when it was signed
 * @param queuedRecords records handed in and not yet durable
 */
public record AuditHealth(
        State state, String reason, long nextSeq, long checkpointSize, Instant checkpointTime, int queuedRecords) {
    /** Life of a log: OPEN and SOFT alternate; FAILED and CLOSED are final for the process. */
    public enum State {
        /** Records are taken. */
        OPEN,
        /** Records are taken, and an operator must act soon: the volume is nearly full. */
        SOFT,
        /** No record is taken until a new process has recovered the log. */
        FAILED,
        /** Closed in an orderly way. */
        CLOSED
    }

    /** Whether records are taken. */
    public boolean takesRecords() {
        return state == State.OPEN || state == State.SOFT;
    }
}
