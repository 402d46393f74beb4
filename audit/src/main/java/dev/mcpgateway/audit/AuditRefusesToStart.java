package dev.mcpgateway.audit;

/**
 * The log must not be opened. The message names the file, the record and the byte offset, and what to do.
 *
 * <p>Exit codes are those of {@link AuditVerifier}: 1 damaged or altered, 3 rollback or foreign key, 4 cannot read or
 * in use.
 */
public final class AuditRefusesToStart extends RuntimeException {
    /** Acknowledged data is damaged or altered. */
    public static final int DAMAGED = 1;

    /** The log and its key do not belong together, or the log went back behind a signed checkpoint. */
    public static final int FOREIGN = 3;

    /** A file cannot be read or written, or another writer has the log. */
    public static final int UNREADABLE = 4;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    AuditRefusesToStart(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** The exit code of the process: 1, 3 or 4. */
    public int exitCode() {
        return exitCode;
    }
}
