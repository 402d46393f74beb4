package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A small writer for tests that break the system calls under it: {@code samples/acceptance/audit/faults.sh}.
 *
 * <ul>
 *   <li>{@code write DIR CALLS}: records calls one after the other and prints {@code ack N} behind each durable record, {@code
 *       failed REASON} at the first error, and goes on trying.
 *   <li>{@code leave DIR CALLS}: the same, then ends the process without closing the log or signing what it wrote.
 *   <li>{@code check DIR OUTPUT}: opens the log again and compares it with what a writer printed.
 * </ul>
 */
final class FaultWriter {
    private static final int TRIES_AFTER_FAILURE = 3;

    /**
     * Between two calls. A thread that signs and meets an error says so in a moment, which is long where its system calls are
     * traced; calls without a pause could be acknowledged in that moment, more than the one that the script takes for under way.
     */
    private static final long PAUSE_MILLIS = 10;

    private FaultWriter() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        int exit = switch (args[0]) {
            case "write" -> write(folder, Integer.parseInt(args[2]), Duration.ofMillis(15));
            case "leave" -> {
                write(folder, Integer.parseInt(args[2]), Duration.ofHours(1));
                Runtime.getRuntime().halt(0);
                yield 0;
            }
            case "check" -> check(folder, Path.of(args[2]));
            default -> AuditMain.USAGE;
        };
        System.exit(exit);
    }

    private static int write(Path folder, int calls, Duration checkpointInterval) {
        try {
            AuditLog log = AuditLog.open(settings(folder, checkpointInterval), InstantSource.system());
            int refused = 0;
            for (int i = 0; i < calls && refused <= TRIES_AFTER_FAILURE; i++) {
                refused += record(log, i) ? 0 : 1;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            }
            if (checkpointInterval.toHours() < 1) {
                log.close();
            }
            return 0;
        } catch (AuditRefusesToStart | AuditUnavailable e) {
            System.out.println("failed " + e.getMessage());
            return 0;
        }
    }

    private static boolean record(AuditLog log, int number) {
        try {
            log.refused(Samples.refusal("call-" + number));
            System.out.println("ack call-" + number);
            return true;
        } catch (AuditUnavailable e) {
            System.out.println("failed " + e.getMessage());
            return false;
        }
    }

    /** Small segments, so that a short run begins and seals several. */
    private static AuditSettings settings(Path folder, Duration checkpointInterval) {
        AuditSettings plain =
                AuditSettings.of(folder.resolve("audit"), "audit.test/faults", folder.resolve("keys/signing.pem"));
        AuditLimits now = plain.limits();
        return Limits.with(
                plain,
                new AuditLimits(
                        new AuditLimits.Segments(9_000, now.segments().ageMax()),
                        now.batches(),
                        new AuditLimits.Checkpoints(
                                checkpointInterval, now.checkpoints().recordsMax()),
                        new AuditLimits.Volume(
                                now.volume().softFreePercent(), Long.getLong("audit.faults.hardFreeBytes", 0)),
                        now.queue(),
                        now.flood(),
                        now.heartbeatInterval(),
                        now.writeTimeout(),
                        now.clockJump()));
    }

    private static int check(Path folder, Path output) throws IOException {
        List<String> problems = new ArrayList<>();
        List<String> acknowledged = acknowledged(output, problems);
        try {
            verify(reopen(folder, acknowledged, problems), folder, problems);
        } catch (AuditRefusesToStart e) {
            problems.add("does not start, exit " + e.exitCode() + ": " + e.getMessage());
        }
        problems.forEach(System.out::println);
        System.out.println(acknowledged.size() + " acknowledged, " + problems.size() + " problems");
        return problems.isEmpty() ? 0 : 1;
    }

    /** Opens the log, looks for what was acknowledged, records one more and closes it. */
    private static LogAddress reopen(Path folder, List<String> acknowledged, List<String> problems) throws IOException {
        try (AuditLog log = AuditLog.open(settings(folder, Duration.ofMillis(15)), InstantSource.system())) {
            Set<String> found = new HashSet<>();
            AuditReader reader = new AuditReader(log.address().directory());
            AuditReader.Result result = reader.read(AuditQuery.ALL, record -> found.add(record.text("call")));
            result.damaged().forEach(place -> problems.add("damaged: " + place));
            acknowledged.stream().filter(call -> !found.contains(call)).forEach(call -> problems.add("lost: " + call));
            log.refused(Samples.refusal("after"));
            return log.address();
        }
    }

    /** What was acknowledged; nothing may be after the first failure. */
    private static List<String> acknowledged(Path output, List<String> problems) throws IOException {
        List<String> acknowledged = new ArrayList<>();
        boolean failed = false;
        for (String line : Files.readAllLines(output, StandardCharsets.UTF_8)) {
            if (line.startsWith("failed ")) {
                failed = true;
            } else if (line.startsWith("ack ")) {
                acknowledged.add(line.substring("ack ".length()));
                if (failed) {
                    problems.add("acknowledged after the first failure: " + line);
                }
            }
        }
        return acknowledged;
    }

    private static void verify(LogAddress address, Path folder, List<String> problems) throws IOException {
        Path vkey = folder.resolve("vkey");
        Files.writeString(vkey, address.vkey() + "\n", StandardCharsets.UTF_8);
        VerifyReport report = AuditVerifier.verify(address.directory(), VerifyOptions.pinned(vkey));
        if (report.exitCode() != 0) {
            problems.add("verify: exit " + report.exitCode() + " " + report.lines());
        }
        if (report.provenRecords() != report.records()) {
            problems.add("verify: " + report.provenRecords() + " of " + report.records() + " records proven");
        }
    }
}
