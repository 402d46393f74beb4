package dev.mcpgateway.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The lock-free hand-over from many callers to the one writer: a stack that the writer takes whole.
 *
 * <p>Only the caller that finds the stack empty, or is the first to wait, wakes the writer, so there are at most two
 * wake-ups per batch and not one per record.
 */
final class RecordQueue {
    /** How often a growing batch is looked at. */
    private static final int LINGER_SLICES = 2;

    private final AtomicReference<@Nullable Pending> top = new AtomicReference<>();
    private final LogState state;
    private final LongSupplier nanoTime;
    private volatile @Nullable Thread writer;

    RecordQueue(LogState state, LongSupplier nanoTime) {
        this.state = state;
        this.nanoTime = nanoTime;
    }

    /** The thread to wake. */
    void writer(Thread thread) {
        writer = thread;
    }

    /** Hands a record over; if the log is final it is completed as failed, here or by whoever made the log final. */
    void put(Pending record) {
        Pending under;
        do {
            under = top.get();
            record.below = under;
            record.depth = under == null ? 1 : under.depth + 1;
            record.urgent = record.isAwaited() || (under != null && under.urgent);
        } while (!top.compareAndSet(under, record));
        if (under == null || (record.urgent && !under.urgent)) {
            wakeWriter();
        }
        if (state.isFinal()) {
            failAll();
        }
    }

    void wakeWriter() {
        LockSupport.unpark(writer);
    }

    /** Everything handed over so far, oldest first. */
    List<Pending> takeAll() {
        Pending record = top.getAndSet(null);
        if (record == null) {
            return List.of();
        }
        List<Pending> records = new ArrayList<>(record.depth);
        for (; record != null; record = record.below) {
            records.add(record);
        }
        Collections.reverse(records);
        return records;
    }

    /** Waits until something is handed over, at most this long. */
    void awaitRecord(long nanos) {
        if (top.get() == null) {
            LockSupport.parkNanos(this, nanos);
        }
    }

    /**
     * Lets records for which nobody waits wait for one that somebody waits for, so that both are synced at once: who calls
     * again at once after an answer would otherwise wait for the sync of the last call's outcome, and then for its own.
     *
     * @param most records that are not kept waiting any more
     * @param nanos longest time to wait
     */
    void awaitUrgency(int most, long nanos) {
        long end = nanoTime.getAsLong() + nanos;
        for (long rest = nanos; rest > 0 && hasTime(most); rest = end - nanoTime.getAsLong()) {
            LockSupport.parkNanos(this, rest);
        }
    }

    private boolean hasTime(int most) {
        Pending record = top.get();
        return record != null && !record.urgent && record.depth < most && !state.isClosing() && !state.isFinal();
    }

    /**
     * Lets a batch grow while records keep arriving. A batch costs the same whether it holds one record or a hundred.
     *
     * @param most the batch does not grow beyond this many records
     * @param nanos longest time to wait
     */
    void linger(int most, long nanos) {
        long end = nanoTime.getAsLong() + nanos;
        int before = 0;
        int now = depth();
        while (now > before && now < most && nanoTime.getAsLong() - end < 0) {
            park(Math.max(1, nanos / LINGER_SLICES));
            before = now;
            now = depth();
        }
    }

    /** Parks for the whole time, even when a caller's wake-up from before is still pending. */
    private void park(long nanos) {
        long end = nanoTime.getAsLong() + nanos;
        for (long rest = nanos; rest > 0; rest = end - nanoTime.getAsLong()) {
            LockSupport.parkNanos(this, rest);
        }
    }

    int depth() {
        Pending record = top.get();
        return record == null ? 0 : record.depth;
    }

    void failAll() {
        takeAll().forEach(Pending::failed);
    }
}
