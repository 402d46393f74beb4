package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.CrashingStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every change to the evidence of a closed log is found by verification, and named.
 *
 * <p>An ordinary build changes a fixed sample; {@code -Daudit.tampering.all=true} turns every bit, cuts at every byte and
 * moves every record.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TamperingTest {
    private static final boolean ALL = Boolean.getBoolean("audit.tampering.all");
    private static final int SAMPLE = 60;
    private static final long SEED = 4;

    private final MemoryLog original = MemoryLog.fresh(MemoryLog.limits(40_000));
    private MemoryLog log = original;
    private final List<Long> segments = new ArrayList<>();

    @BeforeAll
    void aLogOfAboutTwoHundredRecordsInSeveralSegments() throws Exception {
        RememberedSignatures.install();
        log.open().calls("call-", 100).close();
        segments.addAll(LogFiles.segments(log.storage));
        System.out.println("TamperingTest: " + log.lines().size() + " records, " + segments.size() + " segments, seed "
                + SEED + (ALL ? ", everything" : ", a sample"));
        assertThat(segments).hasSizeGreaterThan(2);
        assertThat(log.verify().exitCode()).as(log.verify().lines().toString()).isZero();
    }

    @AfterAll
    static void forgetTheSignatures() {
        RememberedSignatures.remove();
    }

    @BeforeEach
    void aCopyToTamperWith() {
        log = original.on(original.storage.copy());
    }

    @Test
    void everyFlippedBitOfARecordIsFound() throws IOException {
        for (long first : segments) {
            everyFlippedBitIsFound(LogFiles.records(first));
        }
    }

    @Test
    void everyFlippedBitOfASealIsFound() throws IOException {
        everyFlippedBitIsFound(LogFiles.seal(0));
    }

    @Test
    void everyFlippedBitOfTheCheckpointIsFound() throws IOException {
        everyFlippedBitIsFound(LogFiles.CHECKPOINT);
    }

    @Test
    void everyFlippedBitOfTheHistoryIsFound() throws IOException {
        everyFlippedBitIsFound(LogFiles.CHECKPOINTS);
    }

    @Test
    void everyFlippedBitOfLogJsonIsFound() throws IOException {
        everyFlippedBitIsFound(LogFiles.LOG_JSON);
    }

    private void everyFlippedBitIsFound(String path) throws IOException {
        byte[] content = log.storage.content(path);
        onCopies(sample(8L * content.length), (copy, bit) -> {
            copy.storage.overwrite(path, Tampering.flipped(content, bit));
            assertFound(copy, path + ", bit " + bit);
        });
    }

    @Test
    void aFlippedBitOfALeafHashIsOnlyACacheToRebuild() throws IOException {
        String path = LogFiles.leaves(0);
        byte[] content = log.storage.content(path);
        onCopies(sample(8L * content.length), (copy, bit) -> {
            copy.storage.overwrite(path, Tampering.flipped(content, bit));
            VerifyReport report = copy.verify();
            assertThat(report.exitCode()).isZero();
            assertThat(report.lines()).anyMatch(line -> line.contains("cache") && line.contains("record " + bit / 256));
        });
    }

    @Test
    void everyTruncationIsFound() throws IOException {
        List<String> paths = new ArrayList<>(List.of(LogFiles.CHECKPOINT, LogFiles.CHECKPOINTS, LogFiles.seal(0)));
        segments.forEach(first -> paths.add(LogFiles.records(first)));
        for (String path : paths) {
            byte[] content = log.storage.content(path);
            onCopies(sample(content.length), (copy, length) -> {
                copy.storage.overwrite(path, Arrays.copyOf(content, (int) length));
                assertFound(copy, path + " cut to " + length + " bytes");
            });
        }
    }

    @Test
    void everyRemovedDuplicatedOrSwappedRecordIsFound() throws IOException {
        for (long first : segments) {
            String path = LogFiles.records(first);
            byte[] content = log.storage.content(path);
            List<String> lines = Tampering.text(content).lines().toList();
            for (long at : sample(lines.size())) {
                int i = (int) at;
                List<String> without = new ArrayList<>(lines);
                without.remove(i);
                List<String> twice = new ArrayList<>(lines);
                twice.add(i, lines.get(i));
                List<String> swapped = new ArrayList<>(lines);
                Collections.swap(swapped, i, (i + 1) % lines.size());
                boolean isLast = first == segments.getLast() && i == lines.size() - 1;
                for (List<String> changed : isLast ? List.of(without, swapped) : List.of(without, twice, swapped)) {
                    log.storage.overwrite(path, Tampering.utf8(String.join("\n", changed) + "\n"));
                    assertFound(log, path + ", record " + i);
                }
            }
            log.storage.overwrite(path, content);
        }
    }

    @Test
    void everyRemovedOrDuplicatedSegmentIsFound() throws IOException {
        log.storage.remove(LogFiles.records(segments.getLast()));
        assertThat(log.verify().lines())
                .anyMatch(line -> line.contains("is sealed, so the segment behind it is missing"));
        aCopyToTamperWith();
        for (int i = 0; i < segments.size(); i++) {
            String path = LogFiles.records(segments.get(i));
            byte[] content = log.storage.content(path);
            log.storage.remove(path);
            assertFound(log, path + " removed");
            log.storage.overwrite(path, log.storage.content(LogFiles.records(segments.get(i == 0 ? 1 : 0))));
            assertFound(log, path + " replaced by another segment");
            log.storage.overwrite(path, content);
        }
        String added = LogFiles.records(log.lines().size());
        log.storage.overwrite(added, log.storage.content(LogFiles.records(segments.getLast())));
        assertThat(log.verify().lines()).anyMatch(line -> line.contains(added) && line.contains("bytes behind it"));
        log.storage.remove(added);
    }

    @Test
    void everyRemovedFileIsFound() throws IOException {
        for (String path : List.of(LogFiles.CHECKPOINT, LogFiles.CHECKPOINTS, LogFiles.LOG_JSON)) {
            byte[] content = log.storage.content(path);
            log.storage.remove(path);
            assertThat(log.verify().exitCode()).as(path).isNotZero();
            log.storage.overwrite(path, content);
        }
    }

    @Test
    void everyFlippedBitIsFoundOrRefusedByTheNextStartToo() throws IOException {
        String path = LogFiles.records(segments.getLast());
        byte[] content = log.storage.content(path);
        onCopies(sample(8L * content.length), (copy, bit) -> {
            CrashingStorage files = copy.storage.copy();
            files.overwrite(path, Tampering.flipped(content, bit));
            int exit = 0;
            try {
                copy.on(files).open();
            } catch (AuditRefusesToStart e) {
                exit = e.exitCode();
            }
            assertThat(exit).as("bit " + bit).isEqualTo(AuditRefusesToStart.DAMAGED);
        });
    }

    @Test
    void theFirstDamagedRecordIsNamedWithItsFileAndOffset() throws IOException {
        String path = LogFiles.records(segments.get(1));
        byte[] content = log.storage.content(path);
        List<String> lines = Tampering.text(content).lines().toList();
        int offset = lines.get(0).length() + 1 + lines.get(1).length() + 1;
        log.storage.overwrite(path, Tampering.flipped(content, 8L * (offset + 100)));

        assertThat(log.verify().lines().getFirst()).contains("record " + (segments.get(1) + 2), path, "byte " + offset);

        log.storage.overwrite(path, content);
    }

    private static void assertFound(MemoryLog tampered, String change) {
        VerifyReport report = tampered.verify();
        assertThat(report.exitCode()).as(change + ": " + report.lines()).isIn(1, 2, 3, 4);
        assertThat(report.lines()).isNotEmpty();
    }

    /** One change to a log. */
    private interface Change {
        void on(MemoryLog copy, long which) throws IOException;
    }

    /** All of them would take one processor hours; each takes its share to a copy of its own. */
    private void onCopies(List<Long> changes, Change change) {
        int shares = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, shares).parallel().forEach(share -> {
            MemoryLog copy = original.on(original.storage.copy());
            for (int i = share; i < changes.size(); i += shares) {
                try {
                    change.on(copy, changes.get(i));
                } catch (IOException impossible) {
                    throw new UncheckedIOException(impossible);
                }
            }
        });
    }

    private static List<Long> sample(long size) {
        List<Long> all = new ArrayList<>();
        Random random = new Random(SEED);
        for (long i = 0; i < (ALL ? size : Math.min(size, SAMPLE)); i++) {
            all.add(ALL || size <= SAMPLE ? Long.valueOf(i) : Long.valueOf(random.nextLong(size)));
        }
        return all;
    }
}
