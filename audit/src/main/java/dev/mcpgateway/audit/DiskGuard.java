package dev.mcpgateway.audit;

import java.io.IOException;

/** Warns while the volume fills and fails the log before it is full: a full volume can take half of a batch. */
final class DiskGuard {
    private static final long CHECK_INTERVAL_NANOS = 1_000_000_000;
    private static final long CHECK_BYTES = 16 << 20;

    private final AuditStorage storage;
    private final AuditLimits limits;
    private final LogState state;
    private boolean checked;
    private long lastNanos;
    private long bytesSince;

    DiskGuard(AuditStorage storage, AuditLimits limits, LogState state) {
        this.storage = storage;
        this.limits = limits;
        this.state = state;
    }

    /**
     * Looks at the volume once a second and every 16 MiB.
     *
     * @throws IOException if less than the hard mark is free
     */
    void check(long nanos, long bytesToWrite) throws IOException {
        bytesSince += bytesToWrite;
        if (checked && nanos - lastNanos < CHECK_INTERVAL_NANOS && bytesSince < CHECK_BYTES) {
            return;
        }
        checked = true;
        lastNanos = nanos;
        bytesSince = 0;
        long free = storage.freeBytes();
        if (free < limits.volume().hardFreeBytes()) {
            throw new IOException("the volume has " + free + " bytes free, less than the hard mark of "
                    + limits.volume().hardFreeBytes() + " bytes; make room and restart");
        }
        boolean isLow = free < storage.totalBytes() / 100 * limits.volume().softFreePercent();
        state.warn(
                isLow
                        ? "the volume has only " + free + " bytes free (less than "
                                + limits.volume().softFreePercent() + " %)"
                        : "");
    }
}
