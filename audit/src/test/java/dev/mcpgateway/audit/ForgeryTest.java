package dev.mcpgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.audit.testing.CrashingStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What verification says about attackers who know the format, and about those who have the key. */
class ForgeryTest {
    private final MemoryLog log = MemoryLog.fresh(MemoryLog.limits(1 << 20));
    private SignedNote earlier = new SignedNote("", List.of());

    @BeforeEach
    void aLogWithACheckpointThatSomebodyKept() throws Exception {
        log.open().calls("a", 5);
        earlier = SignedNote.parse(log.storage.content(LogFiles.CHECKPOINT));
        log.calls("b", 5).close();
    }

    @Test
    void theUntouchedLogContinuesTheExpectedCheckpoint() {
        VerifyReport report = verify(log.storage, log.signer, Optional.of(earlier));

        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.lines()).anyMatch(line -> line.startsWith("proven: records 0 to 21"));
        assertThat(report.lines()).anyMatch(line -> line.contains("not witnessed"));
        assertThat(report.lines()).anyMatch(line -> line.contains("that the records tell the truth"));
    }

    @Test
    void alteredRecordsWithRightChecksumsDoNotHashToTheRoot() throws IOException {
        alter(log.storage, line -> line.replace("get_customer", "put_customer"));

        VerifyReport report = verify(log.storage, log.signer, Optional.empty());
        assertThat(report.exitCode()).isEqualTo(VerifyReport.ALTERED);
        assertThat(report.provenRecords())
                .as("only the opening, which was signed before")
                .isOne();
        assertThat(report.lines()).anyMatch(line -> line.contains("do not hash to the root"));
        assertThat(report.lines()).anyMatch(line -> line.contains("differs at record 1: probably the altered one"));
    }

    @Test
    void aRebuiltLogSignedByAnotherKeyIsForeign() throws Exception {
        NoteSigner thief = TestKeys.signer(MemoryLog.ORIGIN);
        alter(log.storage, line -> line.replace("get_customer", "put_customer"));
        resign(log.storage, thief);

        VerifyReport report = verify(log.storage, log.signer, Optional.empty());
        assertThat(report.exitCode()).isEqualTo(VerifyReport.FOREIGN);
        assertThat(report.provenRecords()).isZero();
    }

    @Test
    void aRebuiltLogSignedByTheStolenKeyIsAForkForWhoeverKeptACheckpoint() throws Exception {
        alter(log.storage, line -> line.replace("get_customer", "put_customer"));
        resign(log.storage, log.signer);

        assertThat(verify(log.storage, log.signer, Optional.empty()).exitCode()).isZero();
        VerifyReport report = verify(log.storage, log.signer, Optional.of(earlier));
        assertThat(report.exitCode()).isEqualTo(VerifyReport.FOREIGN);
        assertThat(report.lines().getFirst()).contains("the expected checkpoint");
    }

    @Test
    void anOlderCopyOfTheLogIsARollbackForWhoeverKeptANewerCheckpoint() throws Exception {
        CrashingStorage older = log.storage.copy();
        SignedNote newest =
                SignedNote.parse(log.open().calls("c", 3).close().storage.content(LogFiles.CHECKPOINT));

        assertThat(verify(older, log.signer, Optional.empty()).exitCode()).isZero();
        VerifyReport report = verify(older, log.signer, Optional.of(newest));
        assertThat(report.exitCode()).isEqualTo(VerifyReport.FOREIGN);
        assertThat(report.lines().getFirst()).contains("the end of the log is missing");
    }

    @Test
    void aWholeOtherLogUnderItsOwnNameIsForeign() throws IOException {
        MemoryLog other =
                MemoryLog.fresh(MemoryLog.limits(1 << 20)).open().calls("a", 2).close();

        assertThat(verify(other.storage, log.signer, Optional.empty()).exitCode())
                .isEqualTo(VerifyReport.FOREIGN);
    }

    @Test
    void aPinnedKeyForAnotherOriginIsAFailureAndNotAPass() {
        NoteSigner stranger = TestKeys.signer("audit.test/other");

        VerifyReport report = verify(log.storage, stranger, Optional.empty());
        assertThat(report.exitCode()).isEqualTo(VerifyReport.FOREIGN);
        assertThat(report.lines().getFirst()).contains("none of the pinned keys is for this log");
    }

    @Test
    void anExpectedCheckpointOfAnotherLogIsAFailureAndNotAPass() throws Exception {
        NoteSigner stranger = TestKeys.signer("audit.test/other");
        SignedNote other = SignedNote.parse(
                Tampering.utf8(stranger.note(new Checkpoint("audit.test/other", new HashTree().head()).text())));

        assertThat(verify(log.storage, log.signer, Optional.of(other)).exitCode())
                .isEqualTo(VerifyReport.FOREIGN);
    }

    @Test
    void withoutAPinnedKeyNothingIsProven() {
        VerifyReport report = AuditVerifier.verify(log.storage, new Anchors(List.of(), Optional.empty()), false);

        assertThat(report.exitCode()).isEqualTo(VerifyReport.UNANCHORED);
        assertThat(report.provenRecords()).isZero();
        assertThat(report.lines().getFirst()).contains("no pinned key");
    }

    @Test
    void aNewLogFileWithoutAnySignatureProvesNothing() {
        MemoryLog empty = MemoryLog.fresh(MemoryLog.limits(1 << 20));

        VerifyReport report = verify(empty.storage, empty.signer, Optional.empty());
        assertThat(report.exitCode()).isEqualTo(VerifyReport.UNANCHORED);
    }

    @Test
    void aSecondSpellingOfTheSignatureIsAltered() throws IOException {
        String note = Tampering.text(log.storage.content(LogFiles.CHECKPOINT));
        int at = note.lastIndexOf('=') - 1;
        char other = note.charAt(at) == 'A' ? 'B' : (char) (note.charAt(at) + 1);
        log.storage.overwrite(
                LogFiles.CHECKPOINT, Tampering.utf8(note.substring(0, at) + other + note.substring(at + 1)));

        assertThat(verify(log.storage, log.signer, Optional.empty()).exitCode()).isEqualTo(VerifyReport.ALTERED);
    }

    @Test
    void anAlteredOldSignatureIsFoundWhenAllAreChecked() throws IOException {
        String history = Tampering.text(log.storage.content(LogFiles.CHECKPOINTS));
        String first = history.lines().findFirst().orElseThrow();
        int at = first.indexOf("\"sig\":\"") + 30;
        char other = first.charAt(at) == 'A' ? 'B' : 'A';
        String forged = Tampering.withChecksum(first.substring(0, at) + other + first.substring(at + 1));
        log.storage.overwrite(LogFiles.CHECKPOINTS, Tampering.utf8(history.replace(first, forged)));

        Anchors anchors = TestKeys.pinned(log.signer);
        assertThat(AuditVerifier.verify(log.storage, anchors, true).exitCode()).isEqualTo(VerifyReport.ALTERED);
        assertThat(AuditVerifier.verify(log.storage, anchors, false).exitCode()).isZero();
    }

    @Test
    void aHistoryThatGoesBackIsAltered() throws IOException {
        String history = Tampering.text(log.storage.content(LogFiles.CHECKPOINTS));
        List<String> lines = new ArrayList<>(history.lines().toList());
        lines.add(1, lines.getFirst());
        log.storage.overwrite(LogFiles.CHECKPOINTS, Tampering.utf8(String.join("\n", lines) + "\n"));

        assertThat(verify(log.storage, log.signer, Optional.empty()).exitCode()).isEqualTo(VerifyReport.ALTERED);
    }

    @Test
    void recordsBehindTheNewestCheckpointAreReportedAndNotProven() throws IOException {
        MemoryLog live = log.open();
        live.write(live.intent("new-1"), live.intent("new-2"));

        VerifyReport report = verify(live.storage, live.signer, Optional.empty());
        assertThat(report.exitCode()).as(report.lines().toString()).isZero();
        assertThat(report.records()).isEqualTo(report.provenRecords() + 2);
        assertThat(report.lines()).anyMatch(line -> line.startsWith("not proven yet: records 23 to 24"));
        assertThat(report.lines()).anyMatch(line -> line.contains("2 calls have no outcome yet"));
    }

    @Test
    void recordsThatWentOnForMinutesWithoutASignatureAreNotTheTailOfALiveLog() throws IOException {
        MemoryLog live = log.open();
        byte[] checkpoint = live.storage.content(LogFiles.CHECKPOINT);
        byte[] history = live.storage.content(LogFiles.CHECKPOINTS);
        live.write(live.intent("first"));
        for (Duration passed = Duration.ZERO;
                passed.compareTo(UnsignedTail.SPAN_MAX) < 0;
                passed = passed.plusSeconds(30)) {
            live.pass(Duration.ofSeconds(30)).write(live.intent("after " + passed));
        }
        forget(live, checkpoint, history);
        assertThat(verify(live.storage, live.signer, Optional.empty()).exitCode())
                .isZero();

        live.pass(Duration.ofMillis(1)).write(live.intent("last"));
        forget(live, checkpoint, history);

        VerifyReport report = verify(live.storage, live.signer, Optional.empty());
        assertThat(report.exitCode()).isEqualTo(VerifyReport.UNANCHORED);
        assertThat(report.lines().getFirst()).contains("records 23 to", "were never signed");
    }

    @Test
    void callsOfAProcessThatSignedNothingAreNotTheTailOfALiveLog() throws IOException {
        byte[] checkpoint = log.storage.content(LogFiles.CHECKPOINT);
        byte[] history = log.storage.content(LogFiles.CHECKPOINTS);
        MemoryLog live = log.open();
        forget(live, checkpoint, history);
        assertThat(verify(live.storage, live.signer, Optional.empty()).exitCode())
                .as("killed before it signed that it was opened")
                .isZero();

        live.write(live.intent("new-1"));
        forget(live, checkpoint, history);

        assertThat(verify(live.storage, live.signer, Optional.empty()).exitCode())
                .isEqualTo(VerifyReport.UNANCHORED);
    }

    /** Puts the checkpoints back to what they were. */
    private static void forget(MemoryLog log, byte[] checkpoint, byte[] history) {
        log.storage.overwrite(LogFiles.CHECKPOINT, checkpoint);
        log.storage.overwrite(LogFiles.CHECKPOINTS, history);
    }

    private static VerifyReport verify(CrashingStorage storage, NoteSigner pinned, Optional<SignedNote> expected) {
        return AuditVerifier.verify(storage, new Anchors(List.of(pinned.key()), expected), false);
    }

    /** Changes records and gives them right checksums. */
    static void alter(CrashingStorage storage, UnaryOperator<String> change) throws IOException {
        for (long first : LogFiles.segments(storage)) {
            String path = LogFiles.records(first);
            String altered = Tampering.text(storage.content(path))
                    .lines()
                    .map(change)
                    .map(Tampering::withChecksum)
                    .reduce("", (all, line) -> all + line + "\n");
            storage.overwrite(path, Tampering.utf8(altered));
        }
    }

    /** Rebuilds leaf hashes, history and checkpoint over the records as they are now. */
    static void resign(CrashingStorage storage, NoteSigner signer) throws IOException, GeneralSecurityException {
        HashTree tree = new HashTree();
        byte[] leaf = new byte[HashTree.HASH_BYTES];
        for (long first : LogFiles.segments(storage)) {
            byte[] leaves = new byte[0];
            for (String line : Tampering.text(storage.content(LogFiles.records(first)))
                    .lines()
                    .toList()) {
                byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                tree.leafHash(bytes, 0, bytes.length, leaf, 0);
                tree.append(leaf, 0);
                leaves = Arrays.copyOf(leaves, leaves.length + leaf.length);
                System.arraycopy(leaf, 0, leaves, leaves.length - leaf.length, leaf.length);
            }
            storage.overwrite(LogFiles.leaves(first), leaves);
        }
        String text = new Checkpoint(MemoryLog.ORIGIN, tree.head()).text();
        storage.overwrite(LogFiles.CHECKPOINT, Tampering.utf8(signer.note(text)));
        storage.overwrite(LogFiles.CHECKPOINTS, new CheckpointLine(tree.head(), 0, signer.sign(text)).encode());
    }
}
