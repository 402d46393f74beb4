package dev.mcpgateway.gateway.identity;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The processors' time for signatures of callers not known yet: so many are verified at once, so many wait for their turn
 * in order, and more are told to come again. A flood of bad signatures then leaves the processors to those whose tokens
 * were verified before.
 */
final class SignatureWork {
    /** Longest wait for a turn, unless said otherwise. */
    private static final Duration WAIT = Duration.ofSeconds(2);

    private final Semaphore turns;
    private final AtomicInteger waiting = new AtomicInteger();
    private final int waitingMax;
    private final Duration wait;

    /** So many at once, so many waiting, and so long. */
    SignatureWork(int atOnce, int waitingMax, Duration wait) {
        this.turns = new Semaphore(atOnce, true);
        this.waitingMax = waitingMax;
        this.wait = wait;
    }

    /** Half of the processors, and 500 waiting: what those verify in less than a second. */
    static SignatureWork ofThisMachine() {
        return new SignatureWork(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 500, WAIT);
    }

    /**
     * Checks a signature when its turn comes.
     *
     * @throws BadToken if it does not verify; names this step
     * @throws KeysUnavailable if too many wait, or the turn does not come in time
     */
    void check(VerificationKey key, TokenText token, String algorithm, TokenStep step)
            throws BadToken, KeysUnavailable {
        take();
        try {
            key.check(token, algorithm, step);
        } finally {
            turns.release();
        }
    }

    private void take() throws KeysUnavailable {
        if (waiting.incrementAndGet() > waitingMax) {
            waiting.decrementAndGet();
            throw new KeysUnavailable("too many tokens wait to be verified");
        }
        try {
            if (!turns.tryAcquire(wait.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new KeysUnavailable("no turn to verify a token within " + wait);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new KeysUnavailable("interrupted while waiting to verify a token");
        } finally {
            waiting.decrementAndGet();
        }
    }
}
