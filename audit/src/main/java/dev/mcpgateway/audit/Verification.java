package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One run of the {@link AuditVerifier} over one log. */
final class Verification {
    private final AuditStorage storage;
    private final SegmentFiles files;
    private final Anchors anchors;
    private final boolean allSignatures;
    private final Findings findings = new Findings();
    private final RecordOrder order = new RecordOrder();
    private final HashTree tree = new HashTree();
    private final UnsignedTail unsigned = new UnsignedTail();
    private boolean readToTheEnd = true;
    private long newestBytes;

    Verification(AuditStorage storage, Anchors anchors, boolean allSignatures) {
        this.storage = storage;
        this.files = new SegmentFiles(storage);
        this.anchors = anchors;
        this.allSignatures = allSignatures;
    }

    VerifyReport run() {
        long proven = 0;
        try {
            LogIdentity identity = LogIdentity.read(storage);
            NoteChecks notes = new NoteChecks(findings, identity.origin(), anchors.keys(), ownKeys());
            Optional<TreeHead> published = published(notes);
            try (HistoryCursor history = new HistoryCursor(storage, findings, notes, allSignatures)) {
                RootChecks roots = new RootChecks(findings, history);
                published.ifPresent(
                        head -> roots.add(new RootChecks.Claim(head, LogFiles.CHECKPOINT, Findings.Kind.ALTERED)));
                expected(notes, roots);
                records(identity, notes, roots);
                proven = proven(notes, roots, published);
            }
        } catch (IOException e) {
            findings.problem(Findings.Kind.UNREADABLE, text(e));
        }
        return new VerifyReport(findings.exitCode(), findings.lines(), tree.size(), proven);
    }

    static String text(IOException e) {
        return e instanceof NoSuchFileException
                ? e.getMessage() + " does not exist"
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** Only for logs that nobody pinned a key for; never proves anything. */
    private List<NoteKey> ownKeys() throws IOException {
        return anchors.keys().isEmpty() ? LogIdentity.keys(storage) : List.of();
    }

    /** Read before everything else, because a live log goes on while it is verified. */
    private Optional<TreeHead> published(NoteChecks notes) throws IOException {
        if (!storage.exists(LogFiles.CHECKPOINT)) {
            findings.problem(Findings.Kind.UNANCHORED, "there is no published " + LogFiles.CHECKPOINT);
            return Optional.empty();
        }
        try {
            SignedNote note = SignedNote.parse(LogFiles.read(storage, LogFiles.CHECKPOINT));
            return notes.checkpoint(note, LogFiles.CHECKPOINT);
        } catch (SignedNote.Malformed e) {
            notes.altered(LogFiles.CHECKPOINT, e);
            return Optional.empty();
        }
    }

    private void expected(NoteChecks notes, RootChecks roots) {
        anchors.expectedCheckpoint()
                .flatMap(note -> notes.checkpoint(note, "the expected checkpoint"))
                .ifPresent(head ->
                        roots.add(new RootChecks.Claim(head, "the expected checkpoint", Findings.Kind.FOREIGN)));
    }

    private void records(LogIdentity identity, NoteChecks notes, RootChecks roots) throws IOException {
        RecordRules rules = new RecordRules(findings, identity.sha256());
        List<Long> segments = LogFiles.segments(storage);
        newestBytes = segments.isEmpty() ? 0 : files.bytes(segments.getLast());
        for (long first : segments) {
            if (first != order.nextSeq()) {
                altered(LogFiles.records(first) + " begins with record " + first + ", but the next one is record "
                        + order.nextSeq() + ": records are missing or twice");
                readToTheEnd = false;
            }
            if (readToTheEnd) {
                segment(first, first == segments.getLast(), notes, rules, roots);
            }
        }
        if (readToTheEnd) {
            successor(segments);
            roots.ended(tree.size());
        } else {
            roots.readOn();
        }
        rules.conclude(tree.size());
    }

    /** A segment is sealed only after the next one was begun; a live log may have begun it just now. */
    private void successor(List<Long> segments) throws IOException {
        if (!segments.isEmpty()
                && storage.exists(LogFiles.seal(segments.getLast()))
                && LogFiles.segments(storage).size() == segments.size()) {
            altered(LogFiles.records(segments.getLast()) + " is sealed, so the segment behind it is missing");
        }
    }

    private void segment(long first, boolean isNewest, NoteChecks notes, RecordRules rules, RootChecks roots)
            throws IOException {
        boolean isSealed = storage.exists(LogFiles.seal(first));
        long knownLeaves = isNewest ? files.leafEntries(first) : 0;
        SegmentScan scan = new SegmentScan(order, tree, (line, fields, offset) -> {
            rules.check(line, fields, first, offset);
            roots.grown(tree);
            // what was written since the checkpoints were read may be signed by now
            if (!isNewest || offset < newestBytes) {
                signedOrNot(line, fields, roots);
            }
        });
        scan.run(storage, first);
        if (isNewest && !isSealed) {
            tail(scan, first, knownLeaves);
        } else if (!scan.isWhole() || order.isIncomplete()) {
            damaged(scan, first, "the bytes here are no record, or the batch ends early");
        }
        if (isSealed && readToTheEnd) {
            seal(first, scan, notes);
        }
        leaves(first, scan);
    }

    private void signedOrNot(RecordLine line, RecordFields fields, RootChecks roots) {
        if (roots.agreedSize() == tree.size()) {
            unsigned.signed();
        } else {
            unsigned.record(fields, line.timeMicros());
        }
    }

    /** The end of the newest segment: what was acknowledged must be whole, the rest may be torn. */
    private void tail(SegmentScan scan, long first, long knownLeaves) throws IOException {
        if (!scan.isWhole()) {
            OptionalLong later = files.laterRecord(first, scan.goodBytes(), scan.fileBytes(), order.expectedBatch());
            if (later.isPresent()) {
                damaged(
                        scan,
                        first,
                        "the bytes here are no record, but a whole record of a later batch follows at byte "
                                + later.getAsLong());
                return;
            }
        }
        if (first + knownLeaves > tree.size()) {
            damaged(scan, first, "this record was acknowledged (its leaf hash is known), but is not whole");
        } else if (!scan.isWhole() || order.isIncomplete()) {
            findings.note("good records end at record " + (tree.size() - 1) + ", " + LogFiles.records(first) + ", byte "
                    + scan.goodBytes() + "; " + (scan.fileBytes() - scan.goodBytes())
                    + " bytes behind it belong to a batch that is being written or was cut short by a crash");
        }
    }

    private void damaged(SegmentScan scan, long first, String what) {
        altered("record " + tree.size() + " (" + LogFiles.records(first) + ", byte " + scan.goodBytes() + "): " + what);
        readToTheEnd = false;
    }

    private void seal(long first, SegmentScan scan, NoteChecks notes) throws IOException {
        String path = LogFiles.seal(first);
        try {
            SignedNote note = SignedNote.parse(LogFiles.read(storage, path));
            if (notes.isSigned(note, path)) {
                Seal seal = Seal.parse(note.text());
                FinishedSegment found = new FinishedSegment(first, scan.goodBytes(), tree.head());
                Seal expected = new Seal(
                        seal.origin(),
                        first,
                        found.last(),
                        found.bytes(),
                        files.sha256(first, 0, found.bytes()),
                        found.head());
                if (!seal.equals(expected)) {
                    altered(path + " says " + seal + ", but the segment is " + expected);
                }
            }
        } catch (SignedNote.Malformed e) {
            notes.altered(path, e);
        }
    }

    /** The cache proves nothing, but where it differs from the records it shows which one was altered. */
    private void leaves(long first, SegmentScan scan) throws IOException {
        byte[] computed = scan.leaves();
        byte[] cached = files.leaves(first, computed.length);
        int differs = Arrays.mismatch(cached, Arrays.copyOf(computed, cached.length));
        if (differs >= 0) {
            long record = first + differs / HashTree.HASH_BYTES;
            findings.note("the leaf hash cache differs at record " + record
                    + (findings.has(Findings.Kind.ALTERED)
                            ? ": probably the altered one"
                            : "; a cache is rebuilt at the next start"));
        }
    }

    private long proven(NoteChecks notes, RootChecks roots, Optional<TreeHead> published) {
        Optional<CheckpointLine> newest = roots.newest();
        if (newest.isEmpty()) {
            findings.problem(Findings.Kind.UNANCHORED, LogFiles.CHECKPOINTS + " is empty: nothing was ever signed");
            return 0;
        }
        if (published.isPresent()
                && published.get().size() > newest.get().head().size()) {
            altered(LogFiles.CHECKPOINT + " is newer than every line of " + LogFiles.CHECKPOINTS);
        }
        notes.isSigned(notes.note(newest.get()), "the newest line of " + LogFiles.CHECKPOINTS);
        if (!unsigned.isPlausible()) {
            findings.problem(
                    Findings.Kind.UNANCHORED,
                    "records " + roots.agreedSize() + " to " + (tree.size() - 1)
                            + " were never signed, and no gateway leaves that many: it signs what it starts with before"
                            + " it takes a call, and stops when it cannot sign; somebody without the key may have"
                            + " written them");
        }
        long agreed = roots.agreedLine()
                .filter(line -> line.equals(newest.get())
                        || notes.isSigned(notes.note(line), "a line of " + LogFiles.CHECKPOINTS))
                .map(line -> line.head().size())
                .orElse(0L);
        return conclude(notes, agreed);
    }

    private long conclude(NoteChecks notes, long agreed) {
        boolean holds = notes.isPinned() && !findings.has(Findings.Kind.FOREIGN);
        long proven = holds ? agreed : 0;
        if (proven > 0) {
            findings.note(
                    "proven: records 0 to " + (proven - 1) + " hash to a checkpoint signed by " + notes.keyNames());
        }
        if (tree.size() > agreed) {
            findings.note("not proven yet: records " + agreed + " to " + (tree.size() - 1)
                    + " are newer than the newest checkpoint; a live log signs about once a second");
        }
        findings.note("not witnessed: nobody but the log's own key has signed; compare with --expect-checkpoint and a"
                + " checkpoint that you kept");
        findings.note("not proven: that the records tell the truth; they are what the gateway wrote");
        return proven;
    }

    private void altered(String text) {
        findings.problem(Findings.Kind.ALTERED, text);
    }
}
