package dev.mcpgateway.gateway.model.content;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes that contents may take before they are on disk, of all calls together. */
final class Memory {
    private final AtomicLong left;

    Memory(long bytes) {
        this.left = new AtomicLong(bytes);
    }

    /** Takes so many bytes, or none. */
    boolean take(long bytes) {
        return left.getAndUpdate(now -> now >= bytes ? now - bytes : now) >= bytes;
    }

    void give(long bytes) {
        left.addAndGet(bytes);
    }
}
