package dev.mcpgateway.audit;

/**
 * The record is not durable, so what it stands for must not happen: refuse the call, withhold the result.
 *
 * <p>Without a stack trace: a failed log throws it for every request.
 */
public final class AuditUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    AuditUnavailable(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }

    /** Why a record was not taken. */
    public enum Reason {
        /** The log failed; final for this process. */
        FAILED,
        /** The log was closed. */
        CLOSED,
        /** The queue stayed full for the whole waiting time; the log is open. */
        QUEUE_FULL,
        /** This one record is longer than a record may be; the log is open. */
        RECORD_TOO_LARGE
    }
}
