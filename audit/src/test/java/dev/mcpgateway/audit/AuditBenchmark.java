package dev.mcpgateway.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what a call costs in a real log on a real disk: intent and strict outcome, both awaited, one virtual thread
 * per caller. Not run by the build: {@code java -cp … dev.mcpgateway.audit.AuditBenchmark DIR [SECONDS]}.
 */
final class AuditBenchmark {
    private static final int[] CALLERS = {1, 32, 100, 1_000};

    private AuditBenchmark() {}

    public static void main(String[] args) throws InterruptedException {
        Path root = Path.of(args[0]);
        long seconds = args.length > 1 ? Long.parseLong(args[1]) : 5;
        AuditSettings settings =
                AuditSettings.of(root.resolve("log"), "audit.example/benchmark", root.resolve("keys/signing.pem"));
        System.out.println("callers  records/s  CPU us/record  records/batch  write+sync us/batch  wait us/record");
        try (AuditLog log = AuditLog.open(settings, InstantSource.system())) {
            run(log, 32, seconds, false);
            for (int callers : CALLERS) {
                run(log, callers, seconds, true);
            }
        }
    }

    private static void run(AuditLog log, int callers, long seconds, boolean print) throws InterruptedException {
        AuditMetrics before = log.metrics();
        Duration cpu = cpu();
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(seconds).toNanos();
        AtomicLong waited = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            String name = "caller-" + i + "-";
            threads.add(Thread.ofVirtual().start(() -> waited.addAndGet(calls(log, name, end))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double elapsed = (System.nanoTime() - start) / 1e9;
        AuditMetrics after = log.metrics();
        long records = after.records() - before.records();
        long batches = after.batches() - before.batches();
        if (print) {
            System.out.printf(
                    "%7d %10.0f %14.2f %14.1f %20.1f %15.1f%n",
                    callers,
                    records / elapsed,
                    cpu().minus(cpu).toNanos() / 1e3 / records,
                    (double) records / batches,
                    (after.syncNanosSum() - before.syncNanosSum()) / 1e3 / batches,
                    waited.get() / 1e3 / records);
        }
    }

    private static long calls(AuditLog log, String name, long end) {
        long start = System.nanoTime();
        for (int i = 0; System.nanoTime() < end; i++) {
            try (AuditTicket ticket = log.open(Samples.call(name + i))) {
                ticket.finish(Samples.outcome());
            }
        }
        return System.nanoTime() - start;
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }
}
