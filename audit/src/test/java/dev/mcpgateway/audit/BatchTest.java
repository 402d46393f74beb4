package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes one batch, and where one segment ends. */
@Timeout(60)
class BatchTest {
    private static final Pattern FRAME = Pattern.compile("\\{\"v\":1,\"seq\":(\\d+),\"b\":(\\d+),\"bn\":(\\d+),");

    @Test
    void recordsHandedOverTogetherAreOneBatch() throws IOException {
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20)).open();
        log.write(intents(log, 5));

        assertThat(frames(log)).containsExactly("0 1 1", "1 2 5", "2 2 5", "3 2 5", "4 2 5", "5 2 5");
    }

    @Test
    void aBatchHoldsNoMoreRecordsThanTheLimit() throws IOException {
        MemoryLog log = MemoryLog.fresh(withBatches(1 << 20, 2)).open();
        log.write(intents(log, 5));

        assertThat(frames(log)).containsExactly("0 1 1", "1 2 2", "2 2 2", "3 3 2", "4 3 2", "5 4 1");
        assertThat(log.verify().exitCode()).isZero();
    }

    @Test
    void aBatchHoldsNoMoreBytesThanTheLimitUnlessOneRecordDoes() throws IOException {
        MemoryLog log = MemoryLog.fresh(withBatches(3_000, 100)).open();
        log.write(intents(log, 4));
        MemoryLog tiny = MemoryLog.fresh(withBatches(1, 100)).open();
        tiny.write(intents(tiny, 2));

        assertThat(frames(log)).containsExactly("0 1 1", "1 2 2", "2 2 2", "3 3 2", "4 3 2");
        assertThat(frames(tiny)).containsExactly("0 1 1", "1 2 1", "2 3 1");
    }

    @Test
    void aBatchNeverSpansTwoSegments() throws IOException {
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(5_000)).open();
        for (int i = 0; i < 6; i++) {
            log.write(intents(log, 3));
        }
        assertThat(LogFiles.segments(log.storage)).hasSizeGreaterThan(3);
        for (long first : LogFiles.segments(log.storage)) {
            List<String> lines = Tampering.text(log.storage.content(LogFiles.records(first)))
                    .lines()
                    .toList();
            Matcher begin = frame(lines.getFirst());
            Matcher end = frame(lines.getLast());
            assertThat(begin.group(1)).isEqualTo(Long.toString(first));
            long inLastBatch = lines.stream()
                    .filter(line -> frame(line).group(2).equals(end.group(2)))
                    .count();
            assertThat(inLastBatch).isEqualTo(Long.parseLong(end.group(3)));
        }
        log.close();
        assertThat(log.verify().exitCode()).as(log.verify().lines().toString()).isZero();
    }

    @Test
    void aSegmentEndsBeforeItWouldGrowBeyondItsLimit() throws IOException {
        MemoryLog log =
                MemoryLog.fresh(MemoryLog.limits(5_000)).open().calls("a", 20).close();

        for (long first : LogFiles.segments(log.storage)) {
            assertThat(log.storage.content(LogFiles.records(first)).length).isLessThanOrEqualTo(5_000);
        }
    }

    @Test
    void aSegmentEndsWithItsAge() throws IOException {
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20)).open();
        log.pass(Duration.ofMinutes(59)).write();
        assertThat(LogFiles.segments(log.storage)).hasSize(1);

        log.pass(Duration.ofMinutes(1)).write();
        log.close();

        assertThat(LogFiles.segments(log.storage)).containsExactly(0L, 2L);
        assertThat(log.events())
                .containsExactly("log.opened", "log.heartbeat", "log.sealed", "log.heartbeat", "log.closed");
    }

    @Test
    void theFirstRecordOfASegmentAndItsSealSayTheSame() throws Exception {
        MemoryLog log =
                MemoryLog.fresh(MemoryLog.limits(5_000)).open().calls("a", 10).close();
        SignedNote note = SignedNote.parse(log.storage.content(LogFiles.seal(0)));
        Seal seal = Seal.parse(note.text());
        long second = LogFiles.segments(log.storage).get(1);
        byte[] file = log.storage.content(LogFiles.records(0));

        assertThat(note.isSignedBy(List.of(log.signer.key()))).isTrue();
        assertThat(seal.last()).isEqualTo(second - 1);
        assertThat(seal.bytes()).isEqualTo(file.length);
        assertThat(seal.sha256())
                .isEqualTo(HexFormat.of().formatHex(HashTree.sha256().digest(file)));
        assertThat(log.lines().get((int) second))
                .contains("\"ev\":\"log.sealed\"")
                .contains("\"first\":0,\"last\":" + seal.last() + ",\"bytes\":" + seal.bytes())
                .contains("\"root\":\"" + seal.head().root() + "\"");
    }

    @Test
    void aCheckpointIsMadeAfterTheIntervalOrEnoughRecords() throws IOException {
        MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 29)).open();
        log.pass(Duration.ofMillis(999)).write(log.intent("a"));
        assertThat(signedSize(log)).isEqualTo("1");

        log.pass(Duration.ofMillis(1)).write();
        assertThat(signedSize(log)).isEqualTo("2");

        log.pass(Duration.ofSeconds(5)).write();
        assertThat(signedSize(log)).as("nothing changed").isEqualTo("2");

        log.write(intents(log, AuditLimits.DEFAULTS.checkpoints().recordsMax()));
        assertThat(signedSize(log)).isEqualTo("10002");
    }

    private static String signedSize(MemoryLog log) throws IOException {
        return Tampering.text(log.storage.content(LogFiles.CHECKPOINT))
                .lines()
                .toList()
                .get(1);
    }

    private static Pending[] intents(MemoryLog log, int count) {
        Pending[] batch = new Pending[count];
        Arrays.setAll(batch, i -> log.intent("call-" + i));
        return batch;
    }

    private static AuditLimits withBatches(int bytesMax, int recordsMax) {
        AuditLimits limits = MemoryLog.limits(1 << 20);
        return new AuditLimits(
                limits.segments(),
                new AuditLimits.Batches(bytesMax, recordsMax, Duration.ZERO),
                limits.checkpoints(),
                limits.volume(),
                limits.queue(),
                limits.flood(),
                limits.heartbeatInterval(),
                limits.writeTimeout(),
                limits.clockJump());
    }

    /** Number, batch and batch size of every record. */
    private static List<String> frames(MemoryLog log) throws IOException {
        List<String> frames = new ArrayList<>();
        for (String line : log.lines()) {
            Matcher frame = frame(line);
            frames.add(frame.group(1) + " " + frame.group(2) + " " + frame.group(3));
        }
        return frames;
    }

    private static Matcher frame(String line) {
        Matcher frame = FRAME.matcher(line);
        assertThat(frame.lookingAt()).as(line).isTrue();
        return frame;
    }
}
