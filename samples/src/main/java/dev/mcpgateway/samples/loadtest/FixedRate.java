package dev.mcpgateway.samples.loadtest;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends requests at a fixed rate, whether those before are answered or not. A latency begins when its request was to be sent, so
 * that a server which stalls is charged with all that would have come meanwhile (no coordinated omission).
 */
final class FixedRate {
    /**
     * Requests that are under way; more wait, and their latency with them. Far more than a rate has under way while nothing stalls:
     * from here on this waits for answers, and a server that is idle half of the time cannot catch up with what has piled up.
     */
    private static final int UNDER_WAY_MAX = 2_000;

    private final Target target;
    private final String body;
    private final Deque<RawHttp> idle = new ConcurrentLinkedDeque<>();
    private final Semaphore places = new Semaphore(UNDER_WAY_MAX);
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicReference<String> firstError = new AtomicReference<>("");

    /** Asks this target for this. */
    FixedRate(Target target, String body) {
        this.target = target;
        this.body = body;
    }

    /**
     * What was seen.
     *
     * @param errors requests that failed or were answered with anything but 200; they count with their time, too
     * @param firstError what the first one of them was; empty for none
     */
    record Figures(
            int requests, int errors, String firstError, double p50Millis, double p99Millis, double p999Millis) {}

    /** Sends so many a second for so many seconds, and waits for all answers. */
    Figures run(int perSecond, int seconds) throws IOException {
        long[] nanos = new long[perSecond * seconds];
        long begin = System.nanoTime();
        try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < nanos.length; i++) {
                long planned = begin + i * 1_000_000_000L / perSecond;
                for (long wait = planned - System.nanoTime(); wait > 0; wait = planned - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                places.acquireUninterruptibly();
                int number = i;
                calls.execute(() -> {
                    call();
                    nanos[number] = System.nanoTime() - planned;
                    places.release();
                });
            }
        } finally {
            for (RawHttp each : idle) {
                each.close();
            }
        }
        Arrays.sort(nanos);
        return new Figures(
                nanos.length,
                errors.get(),
                firstError.get(),
                percentile(nanos, 0.5),
                percentile(nanos, 0.99),
                percentile(nanos, 0.999));
    }

    private static double percentile(long[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e6;
    }

    private void call() {
        try {
            RawHttp kept = idle.poll();
            RawHttp http = kept == null ? new RawHttp(URI.create(target.url()).getPort()) : kept;
            RawHttp.Answer answer = http.exchange(URI.create(target.url()).getPath(), target.headers(), body);
            if (answer.status() != 200) {
                failed("HTTP " + answer.status() + " " + answer.body());
            }
            idle.push(http);
        } catch (IOException failure) {
            failed(failure.toString());
        }
    }

    private void failed(String what) {
        errors.incrementAndGet();
        firstError.compareAndSet("", what);
    }
}
