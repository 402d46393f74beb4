package dev.mcpgateway.gateway.model.content;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A content on its way to the disk, and what was set aside for it. */
final class Keeping {
    private final Content content;
    private final KeptTenant tenant;
    private final long memory;
    private final long disk;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean isKept;

    Keeping(Content content, KeptTenant tenant, long memory, long disk) {
        this.content = content;
        this.tenant = tenant;
        this.memory = memory;
        this.disk = disk;
    }

    Content content() {
        return content;
    }

    KeptTenant tenant() {
        return tenant;
    }

    long memory() {
        return memory;
    }

    long disk() {
        return disk;
    }

    void ended(boolean kept) {
        isKept = kept;
        done.countDown();
    }

    /** Whether it is on disk and in the log after at most so long. */
    boolean isKeptWithin(long millis) throws InterruptedException {
        return hasEndedWithin(TimeUnit.MILLISECONDS.toNanos(millis)) && isKept;
    }

    /** Whether it is kept or lost after at most so long. */
    boolean hasEndedWithin(long nanos) throws InterruptedException {
        return done.await(nanos, TimeUnit.NANOSECONDS);
    }
}
