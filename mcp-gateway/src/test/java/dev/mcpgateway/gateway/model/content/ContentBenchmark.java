package dev.mcpgateway.gateway.model.content;

import com.sun.management.OperatingSystemMXBean;
import dev.mcpgateway.audit.testing.TestAuditLog;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many contents a second are kept, and the processor time of each, with the log's record: sealed, written, synced. Run:
 * {@code java -cp … dev.mcpgateway.gateway.model.content.ContentBenchmark FOLDER [seconds] [rounds]}; the folder is to be on
 * the disk that is asked about.
 */
final class ContentBenchmark {
    private static final int WAITING_MAX = 64;

    private ContentBenchmark() {}

    public static void main(String[] args) throws Exception {
        double seconds = args.length > 1 ? Double.parseDouble(args[1]) : 5;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        TestContents contents = TestContents.in(Files.createTempDirectory(Path.of(args[0]), "content"));
        try (TestAuditLog audit = TestAuditLog.in(contents.folder());
                SealedContent content = contents.start(audit.log())) {
            for (int round = 0; round <= rounds; round++) {
                for (int bytes : new int[] {2_000, 20_000, 200_000}) {
                    measure(content, contents.tenant(), bytes, seconds, round);
                }
            }
        }
    }

    private static void measure(SealedContent content, KeptTenant tenant, int bytes, double seconds, int round)
            throws InterruptedException {
        OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        Deque<Keeping> waiting = new ArrayDeque<>();
        long cpu = process.getProcessCpuTime();
        long since = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - since < seconds * 1e9) {
            Keeping next = TestContents.keeping(tenant, bytes);
            content.writer().write(next);
            waiting.add(next);
            if (waiting.size() == WAITING_MAX) {
                count += waiting.removeFirst().isKeptWithin(60_000) ? 1 : 0;
            }
        }
        while (!waiting.isEmpty()) {
            count += waiting.removeFirst().isKeptWithin(60_000) ? 1 : 0;
        }
        double took = (System.nanoTime() - since) / 1e9;
        System.out.printf(
                "%s %,9d bytes: %,7.0f a second, %,6.0f microseconds of processor time each%n",
                round == 0 ? "warm-up" : "round " + round,
                bytes,
                count / took,
                (process.getProcessCpuTime() - cpu) / 1e3 / count);
    }
}
