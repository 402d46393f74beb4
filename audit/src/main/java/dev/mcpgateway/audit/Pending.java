package dev.mcpgateway.audit;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A record on its way to the disk: handed over by its caller, numbered and completed by the writer.
 *
 * <p>It is completed exactly once, as durable or as failed, even if the writer and whoever gives up on the writer do it
 * at the same time.
 */
final class Pending {
    private static final int WAITING = 0;
    private static final int DURABLE = 1;
    private static final int FAILED = 2;

    private final AtomicInteger state = new AtomicInteger(WAITING);
    private final JsonBytes middle;
    private final @Nullable Thread waiter;
    private final Runnable onCompletion;
    private final @Nullable CallOpened opens;
    private final long closes;
    private long seq = -1;

    /** Link of the hand-over stack; written before the record becomes visible to the writer. */
    @Nullable
    Pending below;

    /** How many records the stack holds with this one on top. */
    int depth;

    /** Whether somebody waits for this one or one below it. */
    boolean urgent;

    private Pending(
            JsonBytes middle, @Nullable Thread waiter, Runnable onCompletion, @Nullable CallOpened opens, long closes) {
        this.middle = middle;
        this.waiter = waiter;
        this.onCompletion = onCompletion;
        this.opens = opens;
        this.closes = closes;
    }

    /** A record that the current thread will wait for. */
    static Pending awaited(JsonBytes middle) {
        return new Pending(middle, Thread.currentThread(), () -> {}, null, -1);
    }

    /** An intent that the current thread will wait for. */
    static Pending intent(JsonBytes middle, CallOpened call) {
        return new Pending(middle, Thread.currentThread(), () -> {}, call, -1);
    }

    /** An outcome that the current thread will wait for. */
    static Pending outcome(JsonBytes middle, long parent) {
        return new Pending(middle, Thread.currentThread(), () -> {}, null, parent);
    }

    /** A record nobody waits for; {@code parent} is the intent that it closes, or -1. */
    static Pending queued(JsonBytes middle, long parent, Runnable onCompletion) {
        return new Pending(middle, null, onCompletion, null, parent);
    }

    /** A record of the writer itself. */
    static Pending internal(JsonBytes middle) {
        return new Pending(middle, null, () -> {}, null, -1);
    }

    boolean isAwaited() {
        return waiter != null;
    }

    JsonBytes middle() {
        return middle;
    }

    /** Number of the record; valid once it is durable. */
    long seq() {
        return seq;
    }

    /** The call that this intent opens. */
    Optional<OpenCall> opens() {
        CallOpened call = opens;
        return call == null
                ? Optional.empty()
                : Optional.of(new OpenCall(seq, call.callId(), call.kind().event()));
    }

    /** The intent that this record closes, or -1. */
    long closes() {
        return closes;
    }

    /** The writer gives the number before anybody can see the record as durable. */
    void number(long number) {
        seq = number;
    }

    void durable() {
        complete(DURABLE);
    }

    void failed() {
        complete(FAILED);
    }

    private void complete(int outcome) {
        if (state.compareAndSet(WAITING, outcome)) {
            onCompletion.run();
            LockSupport.unpark(waiter);
        }
    }

    /** Whether the record is on disk. */
    boolean isDurable() {
        return state.get() == DURABLE;
    }

    /**
     * Waits without a time limit of its own: the log's watchdog fails a writer that hangs. An interrupt is kept for
     * later, because the record may be on its way to the disk and its caller must know how that ended.
     *
     * @return whether the record is durable
     */
    boolean await() {
        boolean interrupted = false;
        while (state.get() == WAITING) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return isDurable();
    }
}
