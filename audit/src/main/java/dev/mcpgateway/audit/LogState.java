package dev.mcpgateway.audit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The life of an opened log: open, then closing and closed, or failed. Nobody writes to a log that is closed or failed,
 * and nothing follows failed; closed is what the writer says, so that a last checkpoint that cannot be made still fails
 * the log.
 */
final class LogState {
    private final AtomicReference<Status> status = new AtomicReference<>(new Status(Phase.OPEN, ""));
    private volatile String warning = "";

    private enum Phase {
        OPEN,
        CLOSING,
        CLOSED,
        FAILED
    }

    /** Why the log is in its phase: words, or what failed it. */
    private record Status(
            Phase phase, String words, @Nullable Throwable cause) {
        Status(Phase phase, String words) {
            this(phase, words, null);
        }

        String reason() {
            return cause == null
                    ? words
                    : cause.getClass().getSimpleName() + ": " + TerminalText.safe(String.valueOf(cause.getMessage()));
        }
    }

    /** Whether new calls may be recorded. */
    boolean isOpen() {
        return status.get().phase() == Phase.OPEN;
    }

    /** Whether the writer still takes what was handed over. */
    boolean isFinal() {
        Phase phase = status.get().phase();
        return phase == Phase.CLOSED || phase == Phase.FAILED;
    }

    boolean isFailed() {
        return status.get().phase() == Phase.FAILED;
    }

    boolean isClosing() {
        return status.get().phase() == Phase.CLOSING;
    }

    /**
     * Fails the log unless it failed before; the first reason stays. Its words are made when somebody asks, so that no
     * record is acknowledged while they are.
     */
    void fail(Throwable cause) {
        Status failed = new Status(Phase.FAILED, "", cause);
        status.updateAndGet(now -> now.phase() == Phase.FAILED ? now : failed);
    }

    /** Begins the orderly end; false if the log is not open. */
    boolean startClosing() {
        Status now = status.get();
        return now.phase() == Phase.OPEN && status.compareAndSet(now, new Status(Phase.CLOSING, "the log is closing"));
    }

    void closed() {
        status.updateAndGet(now -> now.phase() == Phase.FAILED ? now : new Status(Phase.CLOSED, "the log was closed"));
    }

    /** Something an operator must act on while records are still taken; empty to take it back. */
    void warn(String text) {
        warning = text;
    }

    /** Refuses a new record. */
    void requireOpen() {
        if (!isOpen()) {
            throw unavailable();
        }
    }

    AuditUnavailable unavailable() {
        Status now = status.get();
        AuditUnavailable.Reason reason =
                now.phase() == Phase.FAILED ? AuditUnavailable.Reason.FAILED : AuditUnavailable.Reason.CLOSED;
        return new AuditUnavailable(reason, "The audit log takes no records: " + now.reason());
    }

    AuditHealth.State healthState() {
        return switch (status.get().phase()) {
            case OPEN -> warning.isEmpty() ? AuditHealth.State.OPEN : AuditHealth.State.SOFT;
            case FAILED -> AuditHealth.State.FAILED;
            case CLOSING, CLOSED -> AuditHealth.State.CLOSED;
        };
    }

    String reason() {
        Status now = status.get();
        return now.phase() == Phase.OPEN ? warning : now.reason();
    }
}
