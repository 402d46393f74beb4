package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A segment with a seal by the log's key: can be joined to the tree by its leaf hashes instead of its records. */
final class SealedSegment {
    /** Records whose bytes are compared with their leaf hash at each start; offline verification compares all. */
    private static final int SAMPLES = 16;

    private final AuditStorage storage;
    private final Seal seal;

    private SealedSegment(AuditStorage storage, Seal seal) {
        this.storage = storage;
        this.seal = seal;
    }

    /**
     * Reads the seal of a segment; empty if it has none.
     *
     * @throws SignedNote.Malformed if there is one that does not fit the segment or is not by the key
     */
    static Optional<SealedSegment> read(AuditStorage storage, long first, String origin, NoteKey key)
            throws IOException, SignedNote.Malformed {
        if (!storage.exists(LogFiles.seal(first))) {
            return Optional.empty();
        }
        SignedNote note = SignedNote.parse(LogFiles.read(storage, LogFiles.seal(first)));
        Seal seal = Seal.parse(note.text());
        if (!note.isSignedBy(List.of(key))) {
            throw new SignedNote.Malformed("the seal is not signed by the log's key");
        }
        if (!seal.origin().equals(origin)
                || seal.first() != first
                || seal.head().size() != seal.last() + 1
                || seal.last() < first) {
            throw new SignedNote.Malformed("the seal is not about this segment");
        }
        return Optional.of(new SealedSegment(storage, seal));
    }

    Seal seal() {
        return seal;
    }

    boolean covers(FinishedSegment segment) {
        return seal.bytes() == segment.bytes() && seal.head().equals(segment.head());
    }

    /**
     * Joins the segment to the tree by its leaf hashes and reads its last record into {@code last}. False if they are
     * missing, do not hash to the sealed root, or differ from a sampled record: then only the records themselves tell.
     */
    boolean appendLeaves(HashTree tree, RecordLine last) throws IOException {
        long entries = seal.last() - seal.first() + 1;
        if (!storage.exists(LogFiles.leaves(seal.first()))) {
            return false;
        }
        try (AuditStorage.StoredFile leafFile = storage.openToRead(LogFiles.leaves(seal.first()));
                AuditStorage.StoredFile records = storage.openToRead(LogFiles.records(seal.first()))) {
            if (leafFile.size() != entries * HashTree.HASH_BYTES || records.size() != seal.bytes()) {
                return false;
            }
            byte[] leaves = new byte[Math.toIntExact(leafFile.size())];
            LogFiles.readFully(leafFile, ByteBuffer.wrap(leaves), 0, LogFiles.leaves(seal.first()));
            for (int at = 0; at < leaves.length; at += HashTree.HASH_BYTES) {
                tree.append(leaves, at);
            }
            return tree.head().equals(seal.head()) && samplesAgree(records, leaves, last);
        }
    }

    /** Evenly spaced records, the last one at the end. */
    private boolean samplesAgree(AuditStorage.StoredFile records, byte[] leaves, RecordLine line) throws IOException {
        for (int sample = 1; sample <= SAMPLES; sample++) {
            long until = seal.bytes() * sample / SAMPLES;
            long from = Math.max(0, until - 2L * (RecordLine.BYTES_MAX + 1));
            byte[] window = new byte[(int) (until - from)];
            LogFiles.readFully(records, ByteBuffer.wrap(window), from, LogFiles.records(seal.first()));
            if (!agrees(window, from == 0, leaves, line)) {
                return false;
            }
        }
        return line.seq() == seal.last();
    }

    /**
     * Compares the last whole line of the window with its leaf hash. Only the beginning of a segment may have none: every
     * other window is longer than two lines can be.
     */
    private boolean agrees(byte[] window, boolean isBeginning, byte[] leaves, RecordLine line) {
        int end = lastLf(window, window.length);
        int from = lastLf(window, end) + 1;
        if (end < 0) {
            return isBeginning;
        }
        if (!line.parse(window, from, end) || line.seq() < seal.first() || line.seq() > seal.last()) {
            return false;
        }
        byte[] leaf = new byte[HashTree.HASH_BYTES];
        new HashTree().leafHash(window, from, end - from, leaf, 0);
        int at = Math.toIntExact((line.seq() - seal.first()) * HashTree.HASH_BYTES);
        return Arrays.equals(leaves, at, at + HashTree.HASH_BYTES, leaf, 0, HashTree.HASH_BYTES);
    }

    private static int lastLf(byte[] window, int before) {
        for (int at = before - 1; at >= 0; at--) {
            if (window[at] == '\n') {
                return at;
            }
        }
        return -1;
    }
}
