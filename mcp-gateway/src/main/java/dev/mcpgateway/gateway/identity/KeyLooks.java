package dev.mcpgateway.gateway.identity;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Looks for key ids that an issuer's key set did not have. One look answers everybody who came before it began, so that it
 * does not matter how many ask: a few looks follow each other at once, more at a steady pace, and who comes meanwhile waits
 * for the next one. Only a look that began after a token was shown can say that the issuer has no such key. Decision
 * record 0019.
 */
final class KeyLooks {
    /** Time between two looks when many are asked for. */
    static final Duration GAP = Duration.ofSeconds(1);

    /** Looks that may follow each other without it. */
    static final int BURST = 5;

    /** Longest wait for a look, unless said otherwise: its turn, and a slow answer. */
    static final Duration WAIT = Duration.ofSeconds(3);

    /** Most requests that wait. */
    static final int WAITING_MAX = 500;

    /** Most requests of one source that wait while more than half of the room is taken. */
    static final int WAITING_SHARE = 5;

    private final Runnable look;
    private final LongSupplier nanoClock;
    private final Pause pause;
    private final Duration wait;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Map<String, Integer> waitingBySource = new HashMap<>();
    private int waiting;
    private long looksBegun;
    private long looksEnded;
    private boolean busy;

    /** When as many looks as {@link #BURST} may follow each other again. */
    private long fullAtNanos;

    /** Looks by this; it ends after a bounded time. */
    KeyLooks(Runnable look, LongSupplier nanoClock, Pause pause, Duration wait) {
        this.look = look;
        this.nanoClock = nanoClock;
        this.pause = pause;
        this.wait = wait;
        this.fullAtNanos = nanoClock.getAsLong();
    }

    /**
     * Returns after a look that began after this call, or as soon as more waiting is of no use.
     *
     * @param known whether an earlier look has found out enough; quick, asked after each
     * @return how many looks have ended
     * @throws KeysUnavailable if too many wait, or the look does not end in time
     */
    long await(String source, BooleanSupplier known) throws KeysUnavailable {
        lock.lock();
        try {
            enter(source);
            try {
                long mine = looksBegun + 1;
                for (long left = wait.toNanos(); looksEnded < mine && !known.getAsBoolean(); ) {
                    if (left <= 0) {
                        throw KeysUnavailable.shortly("no look for unknown key ids ended within " + wait);
                    }
                    startLook();
                    left = ended.awaitNanos(left);
                }
                return looksEnded;
            } finally {
                leave(source);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw KeysUnavailable.shortly("interrupted while waiting for a look for unknown key ids");
        } finally {
            lock.unlock();
        }
    }

    /** In the half that is left to all, nobody takes the room of the others. */
    private void enter(String source) throws KeysUnavailable {
        int ofSource = waitingBySource.getOrDefault(source, 0);
        if (waiting >= WAITING_MAX || (waiting >= WAITING_MAX / 2 && ofSource >= WAITING_SHARE)) {
            throw KeysUnavailable.shortly("too many wait for a look for unknown key ids");
        }
        waitingBySource.put(source, ofSource + 1);
        waiting++;
    }

    private void leave(String source) {
        waiting--;
        waitingBySource.computeIfPresent(source, (_, count) -> count == 1 ? null : count - 1);
    }

    /** How many wait. */
    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** On a thread of its own: who asked may stop waiting, and the others still learn. */
    private void startLook() {
        if (!busy) {
            busy = true;
            Thread.ofVirtual().name("jwks-look").start(this::lookOnce);
        }
    }

    private void lookOnce() {
        try {
            for (long rest = restNanos(); rest > 0; rest = restNanos()) {
                pause.nanos(rest);
            }
            begin();
            look.run();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            end();
        }
    }

    /** How long until the next look may begin. */
    private long restNanos() {
        lock.lock();
        try {
            return fullAtNanos
                    - nanoClock.getAsLong()
                    - GAP.multipliedBy(BURST - 1).toNanos();
        } finally {
            lock.unlock();
        }
    }

    private void begin() {
        lock.lock();
        try {
            looksBegun++;
            long now = nanoClock.getAsLong();
            fullAtNanos = now + Math.max(fullAtNanos - now, 0) + GAP.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            looksEnded = looksBegun;
            busy = false;
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
