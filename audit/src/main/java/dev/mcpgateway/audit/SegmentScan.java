package dev.mcpgateway.audit;

import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;

/**
 * Reads one segment from its first byte, checks every record and adds it to the tree, up to the first bad byte.
 *
 * <p>Recovery and verification share it, so that both mean the same by a good record: LF-terminated, frame and
 * checksum right, JSON, and next in order.
 */
final class SegmentScan {
    private final RecordLine line = new RecordLine();
    private final RecordOrder order;
    private final HashTree tree;
    private final Visitor visitor;
    private byte[] leaves = new byte[0];
    private int leafBytes;
    private long goodBytes;
    private long lastTimeMicros;
    private long fileBytes;

    SegmentScan(RecordOrder order, HashTree tree, Visitor visitor) {
        this.order = order;
        this.tree = tree;
        this.visitor = visitor;
    }

    /** Sees each good record after it was added to the tree. */
    interface Visitor {
        /**
         * One good record.
         *
         * @param offset where it begins in its file
         */
        void record(RecordLine line, RecordFields fields, long offset) throws IOException;
    }

    /** Reads the segment. Order and tree go on from where they are. */
    void run(AuditStorage storage, long first) throws IOException {
        leafBytes = 0;
        goodBytes = 0;
        AuditStorage.StoredFile file = storage.openToRead(LogFiles.records(first));
        fileBytes = file.size();
        try (LineReader reader = new LineReader(file, 0, RecordLine.BYTES_MAX)) {
            while (reader.next() && isGood(reader)) {
                goodBytes = reader.offset() + reader.to() - reader.from() + 1;
            }
        }
        fileBytes = Math.max(fileBytes, goodBytes);
    }

    private boolean isGood(LineReader reader) throws IOException {
        if (!reader.isTerminated() || !line.parse(reader.array(), reader.from(), reader.to())) {
            return false;
        }
        try {
            RecordFields fields = RecordFields.read(reader.array(), reader.from(), reader.to());
            if (!order.accept(line, fields.event().equals("log.recovered"))) {
                return false;
            }
            leaf(reader);
            lastTimeMicros = line.timeMicros();
            visitor.record(line, fields, reader.offset());
            return true;
        } catch (JacksonException e) {
            return false;
        }
    }

    private void leaf(LineReader reader) {
        if (leaves.length - leafBytes < HashTree.HASH_BYTES) {
            leaves = Arrays.copyOf(leaves, Math.max(2 * leaves.length, 1024 * HashTree.HASH_BYTES));
        }
        tree.leafHash(reader.array(), reader.from(), reader.to() - reader.from(), leaves, leafBytes);
        tree.append(leaves, leafBytes);
        leafBytes += HashTree.HASH_BYTES;
    }

    /** Bytes up to the end of the last good record. */
    long goodBytes() {
        return goodBytes;
    }

    /** Whether every byte of the file belongs to a good record. */
    boolean isWhole() {
        return goodBytes == fileBytes;
    }

    /** Writer time of the last good record, microseconds since 1970. */
    OptionalLong lastTimeMicros() {
        return leafBytes == 0 ? OptionalLong.empty() : OptionalLong.of(lastTimeMicros);
    }

    long fileBytes() {
        return fileBytes;
    }

    /** The leaf hashes of the good records, one behind the other. */
    byte[] leaves() {
        return Arrays.copyOf(leaves, leafBytes);
    }
}
