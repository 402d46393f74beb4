package dev.mcpgateway.audit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides at every start whether the log may be written to, and repairs only what a crash can have done.
 *
 * <p>A torn tail is bytes of one batch that was never acknowledged. Everything else that is wrong is damage to
 * acknowledged evidence, and the log refuses to start. Nothing is changed before that decision.
 */
final class Recovery {
    private final AuditStorage storage;
    private final LogIdentity identity;
    private final NoteKey key;
    private final RecordOrder order = new RecordOrder();
    private final List<FinishedSegment> unsealed = new ArrayList<>();
    private final TailRepair repair;
    private final SegmentFiles files;
    private HashTree tree = new HashTree();
    private TreeHead checkpoint = tree.head();
    private long lastMicros;

    Recovery(AuditStorage storage, LogIdentity identity, NoteKey key) {
        this.storage = storage;
        this.identity = identity;
        this.key = key;
        this.repair = new TailRepair(storage);
        this.files = new SegmentFiles(storage);
    }

    /**
     * Reads the log, then refuses or repairs it.
     *
     * @throws AuditRefusesToStart if acknowledged data is damaged, or a checkpoint is not by the log's key
     */
    RecoveredLog run() throws IOException {
        CheckpointHistory.Content history = newestCheckpoint();
        List<Long> segments = LogFiles.segments(storage);
        Optional<Torn> torn = Optional.empty();
        long newestBytes = 0;
        for (long first : segments) {
            requireNext(first);
            if (first == segments.getLast()) {
                requireUnsealed(first);
                SegmentScan newest = scan(first);
                torn = tail(newest, first);
                newestBytes = newest.goodBytes();
            } else {
                finished(first);
            }
        }
        requireCheckpointed();
        List<OpenCall> open = OpenCallScan.read(storage, segments, tree.size());
        long newestFirst = segments.isEmpty() ? 0 : segments.getLast();
        repair.run(newestFirst, torn, history);
        return new RecoveredLog(
                tree,
                order.batch(),
                lastMicros,
                newestFirst,
                newestBytes,
                unsealed,
                torn,
                open,
                checkpoint,
                history.goodBytes());
    }

    /** The newest good line of the history; what was published may be older, never newer. */
    private CheckpointHistory.Content newestCheckpoint() throws IOException {
        if (!storage.exists(LogFiles.CHECKPOINTS)) {
            throw damaged(LogFiles.CHECKPOINTS, 0, 0, "the file is missing");
        }
        CheckpointHistory.Content history = CheckpointHistory.readNewest(storage);
        if (history.damagedAt() >= 0) {
            throw damaged(LogFiles.CHECKPOINTS, 0, history.damagedAt(), "a damaged line is followed by a whole one");
        }
        if (!history.lines().isEmpty()) {
            CheckpointLine newest = history.lines().getLast();
            checkpoint = ownHead(LogFiles.CHECKPOINTS, newest.note(identity.origin()));
        } else if (history.totalBytes() > CheckpointLine.BYTES_MAX) {
            throw damaged(LogFiles.CHECKPOINTS, 0, 0, "there is no whole line at its end");
        }
        if (storage.exists(LogFiles.CHECKPOINT) && published().size() > checkpoint.size()) {
            throw damaged(LogFiles.CHECKPOINTS, 0, 0, "the published checkpoint is newer than every line of it");
        }
        return history;
    }

    private TreeHead published() throws IOException {
        try {
            return ownHead(LogFiles.CHECKPOINT, SignedNote.parse(LogFiles.read(storage, LogFiles.CHECKPOINT)));
        } catch (SignedNote.Malformed e) {
            throw damaged(LogFiles.CHECKPOINT, 0, 0, String.valueOf(e.getMessage()));
        }
    }

    private TreeHead ownHead(String file, SignedNote note) {
        try {
            Checkpoint found = Checkpoint.parse(note.text());
            if (note.isSignedBy(List.of(key)) && found.origin().equals(identity.origin())) {
                return found.head();
            }
            throw new AuditRefusesToStart(
                    AuditRefusesToStart.FOREIGN,
                    "The audit log does not start: " + file + " is not signed by the log's key " + key.vkey()
                            + ". Restore the log and its key from the same backup.");
        } catch (SignedNote.Malformed e) {
            throw damaged(file, 0, 0, String.valueOf(e.getMessage()));
        }
    }

    private void requireNext(long first) {
        if (first != order.nextSeq()) {
            throw damaged(
                    LogFiles.records(first),
                    order.nextSeq(),
                    0,
                    "the segment with record " + order.nextSeq() + " is missing");
        }
    }

    /** A segment is sealed only after the next one and its name are on disk. */
    private void requireUnsealed(long newest) throws IOException {
        if (storage.exists(LogFiles.seal(newest))) {
            throw damaged(LogFiles.records(newest), newest, 0, "it is sealed, so the segment behind it is missing");
        }
    }

    /** A segment that is not the newest is whole. With a seal and its leaf hashes that is seen without reading it all. */
    private void finished(long first) throws IOException {
        try {
            Optional<SealedSegment> sealed = SealedSegment.read(storage, first, identity.origin(), key);
            if (sealed.isPresent() && sealed.get().seal().head().size() > checkpoint.size()) {
                throw damaged(LogFiles.CHECKPOINTS, 0, 0, "a sealed segment goes beyond the newest checkpoint");
            }
            if (sealed.isEmpty() || !takenFromLeaves(sealed.get())) {
                SegmentScan scan = scan(first);
                requireWhole(scan, first);
                FinishedSegment finished = new FinishedSegment(first, scan.goodBytes(), tree.head());
                if (sealed.isEmpty()) {
                    unsealed.add(finished);
                } else if (!sealed.get().covers(finished)) {
                    throw damaged(LogFiles.records(first), first, 0, "the records do not hash to what the seal says");
                }
            }
            if (tree.size() == checkpoint.size()) {
                requireRoot();
            }
        } catch (SignedNote.Malformed e) {
            throw damaged(LogFiles.seal(first), first, 0, String.valueOf(e.getMessage()));
        }
    }

    private boolean takenFromLeaves(SealedSegment sealed) throws IOException {
        HashTree extended = tree.copy();
        RecordLine last = new RecordLine();
        if (!sealed.appendLeaves(extended, last)) {
            return false;
        }
        tree = extended;
        order.continueAfter(last);
        lastMicros = last.timeMicros();
        return true;
    }

    private void requireWhole(SegmentScan scan, long first) {
        if (!scan.isWhole() || order.isIncomplete()) {
            throw damaged(
                    LogFiles.records(first),
                    order.nextSeq(),
                    scan.goodBytes(),
                    "damaged bytes in a segment that is followed by another");
        }
    }

    private SegmentScan scan(long first) throws IOException {
        SegmentScan scan = new SegmentScan(order, tree, (line, fields, offset) -> {
            if (tree.size() == checkpoint.size()) {
                requireRoot();
            }
            if (line.seq() >= checkpoint.size()) {
                repair.rewriteFrom(first, offset);
                requireSigned(first, line, fields, offset);
            }
        });
        scan.run(storage, first);
        repair.rebuildLeaves(first, scan.leaves());
        repair.rewriteUpTo(first, scan.goodBytes());
        scan.lastTimeMicros().ifPresent(micros -> lastMicros = micros);
        return scan;
    }

    /** The first checkpoint is published before anybody but the log itself may record anything. */
    private void requireSigned(long first, RecordLine line, RecordFields fields, long offset) {
        if (checkpoint.size() == 0 && !fields.event().startsWith("log.")) {
            throw damaged(LogFiles.records(first), line.seq(), offset, "there are records but no checkpoint");
        }
    }

    private void requireRoot() {
        if (!tree.head().equals(checkpoint)) {
            throw damaged(
                    LogFiles.CHECKPOINTS,
                    checkpoint.size() - 1,
                    0,
                    "the records up to here do not hash to the root of the newest checkpoint");
        }
    }

    private void requireCheckpointed() {
        if (tree.size() < checkpoint.size()) {
            throw damaged(
                    LogFiles.SEGMENTS,
                    tree.size(),
                    0,
                    "the newest checkpoint covers " + checkpoint.size() + " records, but only " + tree.size()
                            + " are here");
        }
    }

    /**
     * What may be cut off the newest segment; refuses if any of it was ever acknowledged. A segment that is still empty
     * lost the batch it was begun for.
     */
    private Optional<Torn> tail(SegmentScan scan, long first) throws IOException {
        if (!scan.isWhole()) {
            OptionalLong later = files.laterRecord(first, scan.goodBytes(), scan.fileBytes(), order.expectedBatch());
            if (later.isPresent()) {
                throw damagedTail(scan, first, "a record of a later batch follows at byte " + later.getAsLong());
            }
        }
        if (first + files.leafEntries(first) > tree.size()) {
            throw damagedTail(scan, first, "the leaf hash of this record is known, so it was acknowledged");
        }
        if (tree.size() < checkpoint.size()) {
            throw damagedTail(scan, first, "the newest checkpoint covers " + checkpoint.size() + " records");
        }
        boolean isEmpty = scan.goodBytes() == 0 && tree.size() > 0;
        if (scan.isWhole() && !order.isIncomplete() && !isEmpty) {
            return Optional.empty();
        }
        return Optional.of(new Torn(
                scan.goodBytes(),
                scan.fileBytes() - scan.goodBytes(),
                files.sha256(first, scan.goodBytes(), scan.fileBytes()),
                order.expectedBatch(),
                order.isIncomplete() ? order.seen() : 0));
    }

    private AuditRefusesToStart damagedTail(SegmentScan scan, long first, String why) throws IOException {
        String copy = repair.quarantine(first);
        return damaged(
                LogFiles.records(first),
                order.nextSeq(),
                scan.goodBytes(),
                "damaged or missing bytes that were acknowledged: " + why + ". A copy of the segment is in " + copy);
    }

    static AuditRefusesToStart damaged(String file, long record, long offset, String what) {
        return new AuditRefusesToStart(
                AuditRefusesToStart.DAMAGED,
                "The audit log does not start: " + file + ", record " + record + ", byte " + offset + ": "
                        + TerminalText.safe(what)
                        + ". Change nothing in the log; run \"audit verify\" for the extent, restore the file from a"
                        + " copy, or start a new log in another audit.dir and keep this one as evidence.");
    }
}
