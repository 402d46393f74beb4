package dev.mcpgateway.gateway.model.judge;

import dev.mcpgateway.gateway.config.JudgeSettings;
import dev.mcpgateway.gateway.telemetry.JudgeMetrics;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongSupplier;

/** What waits to be done, of which there is only so much and which is not done when it is old. Safe for many threads. */
final class Backlog {
    /**
     * An answer of before a breaker opened must not count as one of after it, and a call must not be made again long after
     * the rights of who made it ended.
     */
    private static final long STALE_NANOS = Duration.ofMinutes(1).toNanos();

    private final BlockingQueue<Work> works;
    private final int materialBytes;
    private final JudgeMetrics metrics;
    private final LongSupplier nanoClock;

    Backlog(JudgeSettings settings, JudgeMetrics metrics, LongSupplier nanoClock) {
        this.works = new ArrayBlockingQueue<>(settings.queue());
        this.materialBytes = settings.materialBytes();
        this.metrics = metrics;
        this.nanoClock = nanoClock;
    }

    /** Most bytes of a request, and characters of an answer, that a judge is shown. */
    int materialBytes() {
        return materialBytes;
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** Puts something behind the rest; false when there is no room. Waits for nothing. */
    boolean offer(Work work) {
        return works.offer(work);
    }

    /** Waits for something to do. */
    Work take() throws InterruptedException {
        return works.take();
    }

    boolean isStale(Work work) {
        return now() - work.sinceNanos() > STALE_NANOS;
    }

    /** Counts what became of one answer. */
    void ended(String result) {
        metrics.ended(result);
    }
}
