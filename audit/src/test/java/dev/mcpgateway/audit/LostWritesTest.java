package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.CrashingStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Power failures and killed processes at every operation, with every kind of loss that a disk may choose: what was
 * acknowledged is there afterwards, the log starts again, and it verifies.
 *
 * <p>{@code -Daudit.lostWrites.seeds=100000} runs as many random histories (the default keeps an ordinary build short);
 * {@code -Daudit.lostWrites.firstSeed=N} repeats one that failed.
 */
class LostWritesTest {
    private static final int SEEDS = Integer.getInteger("audit.lostWrites.seeds", 120);
    private static final long FIRST_SEED = Long.getLong("audit.lostWrites.firstSeed", 1);

    @Test
    void everyLossAtEveryOperationOfASmallLogKeepsWhatWasAcknowledged() throws IOException {
        MemoryLog fresh = MemoryLog.fresh(MemoryLog.limits(1 << 20));
        long operations = smallHistory(fresh.on(fresh.storage.copy()), new Acknowledged());
        long histories = 0;
        for (long stop = 0; stop <= operations; stop++) {
            AllChoices choices = new AllChoices();
            do {
                MemoryLog log = fresh.on(fresh.storage.copy());
                Acknowledged acknowledged = new Acknowledged();
                log.storage.stopAfter(stop);
                smallHistory(log, acknowledged);
                log.storage.losePower(choices);
                reopened(log, acknowledged, "stopped at operation " + stop + ", choices " + choices);
                histories++;
            } while (choices.next());
        }
        assertThat(histories).isGreaterThan(300);
        System.out.println("LostWritesTest: " + histories + " histories of a small log, " + operations + " operations");
    }

    @Test
    void everyLossAtEveryOperationOfARecoveryKeepsWhatWasAcknowledged() throws IOException {
        MemoryLog torn = MemoryLog.fresh(MemoryLog.limits(1 << 20)).open();
        Acknowledged acknowledged = new Acknowledged();
        acknowledged.write(torn, torn.intent("a"));
        torn.write(torn.intent("lost-1"), torn.intent("lost-2"));
        String segment = LogFiles.records(0);
        byte[] whole = torn.storage.content(segment);
        torn.storage.overwrite(segment, Arrays.copyOf(whole, whole.length - 40));
        torn.storage.restart();
        long histories = 0;
        long stop = 0;
        for (; !opensWith(stop, torn.on(torn.storage.copy())); stop++) {
            AllChoices choices = new AllChoices();
            do {
                MemoryLog log = torn.on(torn.storage.copy());
                opensWith(stop, log);
                log.storage.losePower(choices);
                reopened(log, acknowledged, "recovery stopped at operation " + stop + ", choices " + choices);
                histories++;
            } while (choices.next());
        }
        assertThat(histories).isGreaterThan(300);
        System.out.println("LostWritesTest: " + histories + " histories of a recovery, " + stop + " operations");
    }

    private static boolean opensWith(long operations, MemoryLog log) {
        log.storage.stopAfter(operations);
        try {
            log.open();
            return true;
        } catch (AuditRefusesToStart e) {
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(AuditRefusesToStart.UNREADABLE);
            return false;
        }
    }

    /** Opens the log, records one call in two batches; returns the number of operations. */
    private static long smallHistory(MemoryLog log, Acknowledged acknowledged) throws IOException {
        long before = log.storage.operations();
        try {
            log.open();
            acknowledged.write(log, log.intent("a"));
        } catch (CrashingStorage.Stopped | AuditRefusesToStart e) {
            return log.storage.operations() - before;
        }
        return log.storage.operations() - before;
    }

    @Test
    void randomCrashesFailedSyncsAndPowerLossesKeepWhatWasAcknowledged() {
        LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS).parallel().forEach(seed -> {
            try {
                randomHistory(seed);
            } catch (IOException e) {
                throw new UncheckedIOException("seed " + seed, e);
            }
        });
        System.out.println("LostWritesTest: " + SEEDS + " random histories, seeds from " + FIRST_SEED);
    }

    private static void randomHistory(long seed) throws IOException {
        Random random = new Random(seed);
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(random.nextBoolean() ? 4_000 : 1 << 20));
        Acknowledged acknowledged = new Acknowledged();
        int lives = 1 + random.nextInt(4);
        for (int life = 0; life < lives; life++) {
            log.storage.stopAfter(random.nextInt(120));
            if (random.nextInt(4) == 0) {
                log.storage.failSyncAfter(random.nextInt(60));
            }
            live(log, acknowledged, random);
            if (random.nextInt(3) > 0) {
                log.storage.losePower(random::nextInt);
            } else {
                log.storage.restart();
            }
            if (random.nextInt(4) == 0) {
                reopened(log.on(log.storage.copy()), acknowledged, "seed " + seed + ", life " + life);
            }
        }
        reopened(log, acknowledged, "seed " + seed);
        log.storage.losePower(random::nextInt);
        reopened(log, acknowledged, "seed " + seed + ", after a last power failure");
    }

    /** Records calls until the process is stopped or an error fails the log. */
    private static void live(MemoryLog log, Acknowledged acknowledged, Random random) throws IOException {
        try {
            log.open();
            for (int step = 0; step < 12; step++) {
                List<Pending> batch = new ArrayList<>();
                for (int i = 0; i <= random.nextInt(3); i++) {
                    batch.add(log.intent("c" + random.nextInt(1_000_000)));
                }
                acknowledged.write(log, batch.toArray(Pending[]::new));
                log.pass(Duration.ofMillis(random.nextInt(1_500)));
                if (random.nextBoolean()) {
                    acknowledged.write(log, outcome(log, batch.getFirst()));
                }
            }
            log.close();
        } catch (AuditRefusesToStart e) {
            assertThat(e.exitCode()).as(e.getMessage()).isEqualTo(AuditRefusesToStart.UNREADABLE);
        } catch (CrashingStorage.Stopped e) {
            assertThat(e).hasMessageContaining("stopped");
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("Input/output error");
        }
    }

    private static Pending outcome(MemoryLog log, Pending intent) {
        OpenCall call = intent.opens().orElseThrow();
        return log.outcome(call.callId(), call.seq());
    }

    /** The log starts, holds everything that was acknowledged, unchanged, and verifies. */
    private static void reopened(MemoryLog log, Acknowledged acknowledged, String history) throws IOException {
        log.storage.restart();
        try {
            log.open();
        } catch (AuditRefusesToStart e) {
            throw new AssertionError(history + ": the log does not start: " + e.getMessage(), e);
        }
        acknowledged.requireIn(log, history);
        Pending after = log.intent("after");
        log.write(after).close();
        assertThat(after.isDurable()).as(history).isTrue();
        VerifyReport report = log.verify();
        assertThat(report.exitCode()).as(history + ": " + report.lines()).isZero();
        assertThat(report.provenRecords()).as(history).isEqualTo(report.records());
    }

    /** The lines of all records that were acknowledged, by number. */
    private static final class Acknowledged {
        private final Map<Long, String> lines = new TreeMap<>();

        void write(MemoryLog log, Pending... records) throws IOException {
            try {
                log.write(records);
            } finally {
                for (Pending record : records) {
                    if (record.isDurable()) {
                        lines.put(record.seq(), log.lines().get((int) record.seq()));
                    }
                }
            }
        }

        void requireIn(MemoryLog log, String history) throws IOException {
            List<String> found = log.lines();
            lines.forEach((seq, line) -> {
                assertThat((long) found.size()).as(history).isGreaterThan(seq);
                assertThat(found.get(seq.intValue())).as(history).isEqualTo(line);
            });
        }
    }

    /** Walks through every sequence of choices, like the digits of a counter whose bases are found on the way. */
    private static final class AllChoices implements CrashingStorage.Choices {
        private final List<Integer> picked = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private int at;

        @Override
        public int pick(int count) {
            if (at == picked.size()) {
                picked.add(0);
                counts.add(count);
            }
            return picked.get(at++);
        }

        boolean next() {
            at = 0;
            while (!picked.isEmpty()) {
                int last = picked.size() - 1;
                if (picked.get(last) + 1 < counts.get(last)) {
                    picked.set(last, picked.get(last) + 1);
                    return true;
                }
                picked.removeLast();
                counts.removeLast();
            }
            return false;
        }

        @Override
        public String toString() {
            return picked.toString();
        }
    }
}
