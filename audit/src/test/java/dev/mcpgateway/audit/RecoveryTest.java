package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.testing.CrashingStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a start repairs, and what it refuses. */
class RecoveryTest {
    private static final String SEGMENT = LogFiles.records(0);

    private final MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20));

    @Test
    void aCleanRestartGoesOnWithTheNextNumberAndBatch() throws IOException {
        log.open().calls("a", 2).close().open().calls("b", 1).close();

        assertThat(log.events())
                .containsExactly(
                        "log.opened",
                        "tool.call.intent",
                        "tool.call.outcome",
                        "tool.call.intent",
                        "tool.call.outcome",
                        "log.closed",
                        "log.opened",
                        "tool.call.intent",
                        "tool.call.outcome",
                        "log.closed");
        assertProven(log);
    }

    @Test
    void aKilledProcessLeavesItsCallsUnresolved() throws IOException {
        log.open();
        log.write(log.intent("answered"), log.intent("open-1"), log.intent("open-2"));
        log.write(log.outcome("answered", 1));
        log.storage.restart();

        log.open().close();

        assertThat(log.events())
                .containsExactly(
                        "log.opened",
                        "tool.call.intent",
                        "tool.call.intent",
                        "tool.call.intent",
                        "tool.call.outcome",
                        "tool.call.unresolved",
                        "tool.call.unresolved",
                        "log.opened",
                        "log.closed");
        assertThat(log.lines().get(5)).contains("\"call\":\"open-1\"", "\"parent\":2");
        assertThat(log.lines().get(6)).contains("\"call\":\"open-2\"", "\"parent\":3");
        assertProven(log);
    }

    @Test
    void aCallThatSpansSegmentsIsStillFoundOpen() throws IOException {
        MemoryLog small = MemoryLog.fresh(MemoryLog.limits(3_000)).open();
        small.write(small.intent("long"));
        small.calls("short", 12);
        assertThat(LogFiles.segments(small.storage)).hasSizeGreaterThan(3);
        small.storage.restart();

        small.open().close();

        assertThat(small.lines().stream().filter(line -> line.contains("unresolved")))
                .singleElement()
                .asString()
                .contains("\"call\":\"long\"", "\"parent\":1");
        assertProven(small);
    }

    @Test
    void aDamagedRecordThatAnOpenCallSpansIsRefusedWhereverItStands() throws IOException {
        MemoryLog small = MemoryLog.fresh(MemoryLog.limits(20_000)).open();
        small.write(small.intent("long"));
        small.calls("short", 40);
        byte[] sealed = small.storage.content(SEGMENT);
        assertThat(LogFiles.segments(small.storage)).hasSizeGreaterThan(2);
        int refused = 0;
        for (int at = 0; at < sealed.length; at += 100) {
            small.storage.overwrite(SEGMENT, Tampering.flipped(sealed, 8L * at));
            assertRefused(small, LogFiles.records(0));
            refused++;
        }
        assertThat(refused).isGreaterThan(150);
    }

    @Test
    void aTornBatchIsCutOffKeptAsideAndRecorded() throws IOException {
        tear(log, 2, 40);

        log.storage.restart();
        log.open().close();

        String recovered = log.lines().stream()
                .filter(line -> line.contains("log.recovered"))
                .findFirst()
                .orElseThrow();
        assertThat(recovered).contains("\"cut_b\":3,\"kept\":1", "\"seq\":3", "\"b\":4");
        assertThat(log.storage.names(LogFiles.SEGMENTS)).anyMatch(name -> name.endsWith(".torn"));
        assertThat(log.events()).contains("tool.call.unresolved");
        assertProven(log);
    }

    @Test
    void theRecordOfARecoveryStaysInTheSegmentOfTheTornBatchHoweverFullItIs() throws IOException {
        MemoryLog full = MemoryLog.fresh(MemoryLog.limits(1)).open().calls("a", 2);
        full.write(full.intent("torn-1"), full.intent("torn-2"));
        String newest = LogFiles.records(LogFiles.segments(full.storage).getLast());
        byte[] whole = full.storage.content(newest);
        full.storage.overwrite(newest, Arrays.copyOf(whole, whole.length - 40));
        full.storage.restart();

        full.open().close();

        assertThat(Tampering.text(full.storage.content(newest)).lines().toList().getLast())
                .contains("log.recovered");
        full.open().close();
        assertProven(full);
    }

    @Test
    void aSealedSegmentWithoutASuccessorIsRefused() throws IOException {
        MemoryLog small = MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12);
        long newest = LogFiles.segments(small.storage).getLast();
        small.storage.remove(LogFiles.records(newest));
        small.storage.remove(LogFiles.leaves(newest));

        assertRefused(small, "sealed");
    }

    @Test
    void aHistoryWithoutOneGoodLineIsRefusedAndLeftAsItIs() throws IOException {
        log.open().calls("a", 1).close();
        log.storage.overwrite(LogFiles.CHECKPOINTS, new byte[100_000]);
        log.storage.remove(LogFiles.CHECKPOINT);

        assertRefused(log, LogFiles.CHECKPOINTS);
    }

    @Test
    void aWrongSignatureInTheHistoryIsNamed() throws IOException {
        log.open().calls("a", 1).close();
        String history = Tampering.text(log.storage.content(LogFiles.CHECKPOINTS));
        String last = history.lines().toList().getLast();
        int at = last.indexOf("\"sig\":\"") + 40;
        char other = last.charAt(at) == 'A' ? 'B' : 'A';
        String forged = Tampering.withChecksum(last.substring(0, at) + other + last.substring(at + 1));
        log.storage.overwrite(LogFiles.CHECKPOINTS, Tampering.utf8(history.replace(last, forged)));

        assertRefused(log, LogFiles.CHECKPOINTS, "is wrong");
    }

    @Test
    void whatWasCutOffIsKeptByteForByte() throws IOException {
        byte[] torn = tear(log, 2, 40);
        long kept = log.lines().stream()
                .limit(3)
                .mapToLong(line -> line.length() + 1L)
                .sum();

        log.storage.restart();
        log.open();

        String name = log.storage.names(LogFiles.SEGMENTS).stream()
                .filter(found -> found.endsWith(".torn"))
                .findFirst()
                .orElseThrow();
        assertThat(log.storage.content(LogFiles.SEGMENTS + "/" + name))
                .isEqualTo(Arrays.copyOfRange(torn, (int) kept, torn.length));
    }

    @Test
    void garbageWhereTheBatchShouldBeIsATornTail() throws IOException {
        log.open().calls("a", 1);
        byte[] whole = log.storage.content(SEGMENT);
        byte[] longer = Arrays.copyOf(whole, whole.length + 3_000);
        log.storage.overwrite(SEGMENT, longer);
        log.storage.restart();

        log.open().close();

        assertThat(log.events()).contains("log.recovered");
        assertProven(log);
    }

    @Test
    void damageBeforeALaterBatchIsRefused() throws IOException {
        log.open().calls("a", 3);
        int at = log.lines().get(0).length() + 1 + log.lines().get(1).length() / 2;
        damage(log, at);

        assertRefused(log, "record 1", "byte " + (log.lines().get(0).length() + 1), "restore");
        assertThat(log.storage.names("quarantine")).containsExactly("00000000000000000000.jsonl");
    }

    @Test
    void aCopyOfADamagedSegmentThatWasCutOffIsMadeAnew() throws IOException {
        log.open().calls("a", 3);
        int at = log.lines().get(0).length() + 1 + log.lines().get(1).length() / 2;
        damage(log, at);
        byte[] damaged = log.storage.content(SEGMENT);
        log.storage.overwrite("quarantine/00000000000000000000.jsonl.new", new byte[] {'{'});

        log.storage.restart();
        assertThatThrownBy(log::open)
                .isInstanceOf(AuditRefusesToStart.class)
                .hasMessageContaining("quarantine/00000000000000000000.jsonl");
        assertThat(log.storage.names("quarantine")).containsExactly("00000000000000000000.jsonl");
        assertThat(log.storage.content("quarantine/00000000000000000000.jsonl")).isEqualTo(damaged);
    }

    @Test
    void aDamagedLineFeedThatGluesTwoRecordsIsRefused() throws IOException {
        log.open().pass(Duration.ofMillis(1)).calls("a", 2);
        byte[] bytes = log.storage.content(SEGMENT);
        int lastLf = text(bytes).lastIndexOf('\n', bytes.length - 2);
        damage(log, lastLf);

        assertRefused(log, "later batch");
    }

    @Test
    void damageInTheLastBatchIsRefusedWhenACheckpointCoversIt() throws IOException {
        log.open().calls("a", 1).pass(Duration.ofSeconds(2)).write();
        damage(log, log.storage.content(SEGMENT).length - 20);
        log.storage.remove(LogFiles.leaves(0));

        assertRefused(log, "checkpoint covers 3 records");
    }

    @Test
    void damageInTheLastBatchIsRefusedWhenItsLeafHashIsKnown() throws IOException {
        log.open();
        log.write(log.intent("a"));
        log.storage.overwrite(LogFiles.leaves(0), new byte[2 * HashTree.HASH_BYTES]);
        damage(log, log.storage.content(SEGMENT).length - 20);

        assertRefused(log, "leaf hash");
    }

    @Test
    void aMissingTailIsRefusedWhenACheckpointCoversIt() throws IOException {
        log.open().calls("a", 3).close();
        byte[] bytes = log.storage.content(SEGMENT);
        int end = text(bytes).lastIndexOf('\n', bytes.length - 2) + 1;
        log.storage.overwrite(SEGMENT, Arrays.copyOf(bytes, end));
        log.storage.remove(LogFiles.leaves(0));

        assertRefused(log, "checkpoint covers 8 records");
    }

    @Test
    void aMissingSegmentIsRefused() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        List<Long> segments = LogFiles.segments(small.storage);
        small.storage.remove(LogFiles.records(segments.get(1)));

        assertRefused(small, "segment with record " + segments.get(1) + " is missing");
    }

    @Test
    void damageInASealedSegmentIsRefusedWhenItsLeafHashesAreGone() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        small.storage.remove(LogFiles.leaves(0));
        damage(small, 700);

        assertRefused(small, LogFiles.records(0));
    }

    @Test
    void aForgedRecordInASealedSegmentIsRefusedWhenItsLeafHashesAreGone() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        small.storage.remove(LogFiles.leaves(0));
        String forged = text(small.storage.content(SEGMENT))
                .lines()
                .map(line -> Tampering.withChecksum(line.replace("get_customer", "put_customer")))
                .reduce("", (all, line) -> all + line + "\n");
        small.storage.overwrite(SEGMENT, Tampering.utf8(forged));

        assertRefused(small, "seal");
    }

    @Test
    void aForgedRecordThatIsSampledInASealedSegmentIsRefused() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        String forged = text(small.storage.content(SEGMENT))
                .lines()
                .map(line -> Tampering.withChecksum(line.replace("get_customer", "put_customer")))
                .reduce("", (all, line) -> all + line + "\n");
        small.storage.overwrite(SEGMENT, Tampering.utf8(forged));

        assertRefused(small, "seal");
    }

    @Test
    void aStretchWithoutAnyLineInASealedSegmentIsRefused() throws IOException {
        MemoryLog large = MemoryLog.fresh(MemoryLog.limits(500_000))
                .open()
                .calls("a", 600)
                .close();
        assertThat(LogFiles.segments(large.storage)).hasSizeGreaterThan(1);
        byte[] sealed = large.storage.content(SEGMENT);
        int middle = sealed.length / 2;
        Arrays.fill(sealed, middle - 3 * RecordLine.BYTES_MAX, middle, (byte) 0);
        large.storage.overwrite(SEGMENT, sealed);

        assertRefused(large, LogFiles.records(0));
    }

    @Test
    void aForgedRecordUnderTheNewestCheckpointIsRefused() throws IOException {
        log.open().calls("a", 3).close();
        String forged = text(log.storage.content(SEGMENT))
                .lines()
                .map(line -> Tampering.withChecksum(line.replace("get_customer", "put_customer")))
                .reduce("", (all, line) -> all + line + "\n");
        log.storage.overwrite(SEGMENT, Tampering.utf8(forged));

        assertRefused(log, "do not hash to the root");
    }

    @Test
    void lostCachesAreRebuilt() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        List<String> before = leaves(small);
        for (long first : LogFiles.segments(small.storage)) {
            small.storage.overwrite(LogFiles.leaves(first), new byte[17]);
        }

        small.open().close();

        assertThat(leaves(small).subList(0, before.size() - 1)).isEqualTo(before.subList(0, before.size() - 1));
        assertProven(small);
    }

    private static List<String> leaves(MemoryLog log) throws IOException {
        List<String> all = new ArrayList<>();
        for (long first : LogFiles.segments(log.storage)) {
            all.add(HexFormat.of().formatHex(log.storage.content(LogFiles.leaves(first))));
        }
        return all;
    }

    @Test
    void aSealThatACrashPreventedIsMadeAtTheNextStart() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        byte[] seal = small.storage.content(LogFiles.seal(0));
        small.storage.remove(LogFiles.seal(0));

        small.open().close();

        assertThat(small.storage.content(LogFiles.seal(0))).isEqualTo(seal);
        assertProven(small);
    }

    @Test
    void aDamagedSealIsRefused() throws IOException {
        MemoryLog small =
                MemoryLog.fresh(MemoryLog.limits(3_000)).open().calls("a", 12).close();
        byte[] seal = small.storage.content(LogFiles.seal(0));
        small.storage.overwrite(LogFiles.seal(0), Tampering.flipped(seal, 8L * 70));

        assertRefused(small, LogFiles.seal(0));
    }

    @Test
    void aTornLineOfTheHistoryIsCutOff() throws IOException {
        log.open().calls("a", 2).close();
        byte[] history = log.storage.content(LogFiles.CHECKPOINTS);
        byte[] torn = Arrays.copyOf(history, history.length + 30);
        log.storage.overwrite(LogFiles.CHECKPOINTS, torn);

        log.open().close();

        assertThat(text(log.storage.content(LogFiles.CHECKPOINTS)))
                .startsWith(text(history))
                .doesNotContain("\0");
        assertProven(log);
    }

    @Test
    void aDamagedLineInsideTheHistoryIsRefused() throws IOException {
        log.open().calls("a", 9).close();
        byte[] history = log.storage.content(LogFiles.CHECKPOINTS);
        log.storage.overwrite(LogFiles.CHECKPOINTS, Tampering.flipped(history, 8L * 30));

        assertRefused(log, LogFiles.CHECKPOINTS);
    }

    @Test
    void aPublishedCheckpointThatTheHistoryDoesNotKnowIsRefused() throws IOException {
        log.open().calls("a", 9).close();
        String history = text(log.storage.content(LogFiles.CHECKPOINTS));
        int lastLine = history.lastIndexOf('\n', history.length() - 2) + 1;
        log.storage.overwrite(LogFiles.CHECKPOINTS, Tampering.utf8(history.substring(0, lastLine)));

        assertRefused(log, "newer than every line");
    }

    @Test
    void aMissingHistoryIsRefused() throws IOException {
        log.open().calls("a", 1).close();
        log.storage.remove(LogFiles.CHECKPOINTS);

        assertRefused(log, LogFiles.CHECKPOINTS, "missing");
    }

    @Test
    void recordsWithoutAnyCheckpointAreRefused() throws IOException {
        log.open().calls("a", 1).close();
        log.storage.overwrite(LogFiles.CHECKPOINTS, new byte[0]);
        log.storage.remove(LogFiles.CHECKPOINT);

        assertRefused(log, "no checkpoint");
    }

    @Test
    void aCheckpointByAnotherKeyIsRefusedAsForeign() throws Exception {
        log.open().calls("a", 1).close();
        NoteSigner stranger = TestKeys.signer(MemoryLog.ORIGIN);
        SignedNote note = SignedNote.parse(log.storage.content(LogFiles.CHECKPOINT));
        log.storage.overwrite(LogFiles.CHECKPOINT, Tampering.utf8(stranger.note(note.text())));

        assertThatThrownBy(log::open)
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.FOREIGN));
    }

    @Test
    void anotherOriginInTheConfigurationIsRefusedAsForeign() {
        byte[] json = LogIdentity.encode("20261121-00000001", "audit.test/other/20261121-00000001", 0);
        log.storage.overwrite(LogFiles.LOG_JSON, json);

        assertThatThrownBy(log::open)
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.FOREIGN))
                .hasMessageContaining("audit.origin");
    }

    @Test
    void anUnreadableLogJsonIsRefusedAsUnreadable() {
        log.storage.overwrite(LogFiles.LOG_JSON, Tampering.utf8("{\"format\":2}"));

        assertThatThrownBy(log::open)
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.UNREADABLE))
                .hasMessageContaining("format 1");
    }

    @Test
    void whatTheCacheShowedAfterAFailedSyncIsWrittenAgainBeforeItIsBuiltUpon() throws IOException {
        log.open();
        log.storage.failSyncAfter(1);
        Pending lost = log.intent("lost");
        assertThatThrownBy(() -> log.write(lost)).hasMessageContaining("Input/output error");
        assertThat(lost.isDurable()).isFalse();
        log.storage.restart();

        Pending after = log.open().intent("after");
        log.write(after);
        log.storage.losePower(count -> count - 1);

        assertThat(after.isDurable()).isTrue();
        log.open().close();
        assertThat(log.lines().get((int) after.seq())).contains("\"call\":\"after\"");
        assertProven(log);
    }

    @Test
    void aNewProcessCannotOpenALogThatIsInUse() {
        log.open();

        assertThatThrownBy(log::open)
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.UNREADABLE))
                .hasMessageContaining("in use");
    }

    /** Writes two single records, then a batch of {@code records}, and cuts {@code bytes} off its end. */
    private static byte[] tear(MemoryLog log, int records, int bytes) throws IOException {
        log.open();
        log.write(log.intent("a"));
        Pending[] batch = new Pending[records];
        Arrays.setAll(batch, i -> log.intent("torn-" + i));
        log.write(batch);
        byte[] whole = log.storage.content(SEGMENT);
        byte[] torn = Arrays.copyOf(whole, whole.length - bytes);
        log.storage.overwrite(SEGMENT, torn);
        return torn;
    }

    private static void damage(MemoryLog log, int at) throws IOException {
        log.storage.overwrite(SEGMENT, Tampering.flipped(log.storage.content(SEGMENT), 8L * at));
    }

    private static void assertRefused(MemoryLog log, String... words) {
        log.storage.restart();
        CrashingStorage before = log.storage.copy();

        assertThatThrownBy(log::open)
                .isInstanceOfSatisfying(
                        AuditRefusesToStart.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(AuditRefusesToStart.DAMAGED))
                .hasMessageContainingAll(words);

        for (String path : before.paths()) {
            assertThat(content(log.storage, path))
                    .as(path + " is left as it was")
                    .isEqualTo(content(before, path));
        }
    }

    private static byte[] content(CrashingStorage storage, String path) {
        try {
            return storage.content(path);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertProven(MemoryLog log) {
        VerifyReport report = log.verify();
        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.provenRecords()).isEqualTo(report.records());
    }

    private static String text(byte[] bytes) {
        return Tampering.text(bytes);
    }
}
