package dev.mcpgateway.gateway.model.cache;

import java.util.concurrent.atomic.AtomicLong;

/** The memory that answers may take while they come, all together. */
final class Room {
    private final AtomicLong left;

    Room(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** Takes so many bytes, or none. */
    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        give(bytes);
        return false;
    }

    /** Gives back what was taken. */
    void give(long bytes) {
        left.addAndGet(bytes);
    }
}
