package dev.mcpgateway.audit;

/**
 * Hears what the log takes, so that signals and evidence come from one place. Called on the thread that hands a record in,
 * after it was taken: it must return at once and throw nothing.
 */
public interface AuditObserver {
    /** A call has ended. */
    void ended(CallOpened call, CallOutcome outcome);

    /** Something else has happened. */
    void happened(AuditEvent event);
}
