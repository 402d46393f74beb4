package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Writes batches: numbers the records, frames them, writes them with one call and syncs them with one call.
 *
 * <p>Not thread-safe. After any exception it must not be used again: what is on the disk is then unknown until recovery
 * has read it.
 */
final class SegmentWriter implements Closeable {
    private static final byte[] CLOSE_TIME = {'"'};
    private static final int START_BYTES = 256 << 10;

    /** Leaf hashes are only a cache, so they are not worth a write of their own for every batch. */
    private static final int LEAF_WRITE_BYTES = 4 << 10;

    private final AuditStorage storage;
    private final HashTree tree;
    private final CRC32C checksum = new CRC32C();
    private final byte[] frame = new byte[RecordLine.PREFIX_BYTES_MAX];
    private AuditStorage.StoredFile records;
    private AuditStorage.StoredFile leafFile;
    private byte[] buffer = new byte[START_BYTES];
    private byte[] leaves = new byte[START_BYTES / 8];
    private int length;
    private int unwrittenLeaves;
    private long first;
    private long position;
    private long batch;
    private long lastMicros;

    /** Goes on where recovery ended. */
    SegmentWriter(AuditStorage storage, RecoveredLog log) throws IOException {
        this.storage = storage;
        this.tree = log.tree();
        this.batch = log.lastBatch();
        this.lastMicros = log.lastMicros();
        this.first = log.newestFirst();
        this.position = log.newestBytes();
        boolean isNew = !storage.exists(LogFiles.records(first));
        this.records = isNew ? create(LogFiles.records(first)) : storage.open(LogFiles.records(first));
        this.leafFile = openLeaves();
    }

    private AuditStorage.StoredFile create(String path) throws IOException {
        AuditStorage.StoredFile file = storage.create(path);
        storage.syncFolder(LogFiles.SEGMENTS);
        return file;
    }

    private AuditStorage.StoredFile openLeaves() throws IOException {
        String path = LogFiles.leaves(first);
        return storage.exists(path) ? storage.open(path) : storage.create(path);
    }

    /** The number that the next record will get. */
    long nextSeq() {
        return tree.size();
    }

    /** The tree over everything that is durable. */
    TreeHead head() {
        return tree.head();
    }

    /** Length of the segment so far. */
    long position() {
        return position;
    }

    /** How long a record will be on disk, at most. */
    static int lineBytesMax(int middleBytes) {
        return RecordLine.PREFIX_BYTES_MAX + middleBytes + RecordLine.SUFFIX_BYTES + 1;
    }

    /**
     * Ends the segment and begins the next one. The new file and its name are durable before anything is written to it.
     */
    FinishedSegment rotate() throws IOException {
        FinishedSegment segment = new FinishedSegment(first, position, tree.head());
        writeLeaves();
        records.close();
        leafFile.close();
        first = tree.size();
        position = 0;
        records = create(LogFiles.records(first));
        leafFile = openLeaves();
        return segment;
    }

    /**
     * Writes one batch and returns when it is durable.
     *
     * @param batchRecords the records; each gets its number
     * @param nowMicros wall-clock time; the records carry the later of it and the last record's time
     */
    void append(List<Pending> batchRecords, long nowMicros) throws IOException {
        lastMicros = Math.max(lastMicros, nowMicros);
        batch++;
        length = 0;
        int framed = frame(batchRecords.size());
        long seq = tree.size();
        int leafFrom = unwrittenLeaves;
        int leafTo = leafFrom + batchRecords.size() * HashTree.HASH_BYTES;
        leaves = leaves.length < leafTo ? Arrays.copyOf(leaves, leafTo) : leaves;
        for (int i = 0; i < batchRecords.size(); i++) {
            batchRecords.get(i).number(seq + i);
            line(batchRecords.get(i), framed, leafFrom + i * HashTree.HASH_BYTES);
        }
        records.write(ByteBuffer.wrap(buffer, 0, length), position);
        records.sync();
        position += length;
        for (int at = leafFrom; at < leafTo; at += HashTree.HASH_BYTES) {
            tree.append(leaves, at);
        }
        unwrittenLeaves = leafTo;
        if (unwrittenLeaves >= LEAF_WRITE_BYTES) {
            writeLeaves();
        }
    }

    /** Writes the leaf hashes of durable records that are still in memory. */
    void writeLeaves() throws IOException {
        long end = (tree.size() - first) * HashTree.HASH_BYTES;
        leafFile.write(ByteBuffer.wrap(leaves, 0, unwrittenLeaves), end - unwrittenLeaves);
        unwrittenLeaves = 0;
    }

    /** The part of the prefix that all records of a batch share: {@code b}, {@code bn} and {@code ts}. */
    private int frame(int count) {
        int at = put(frame, 0, RecordLine.BATCH);
        at = Digits.write(frame, at, batch);
        at = put(frame, at, RecordLine.BATCH_RECORDS);
        at = Digits.write(frame, at, count);
        at = put(frame, at, RecordLine.TIME);
        at = Rfc3339.write(frame, at, lastMicros);
        return put(frame, at, CLOSE_TIME);
    }

    private void line(Pending record, int framed, int leafAt) {
        JsonBytes middle = record.middle();
        reserve(lineBytesMax(middle.length()));
        int start = length;
        int at = put(buffer, start, RecordLine.START);
        at = Digits.write(buffer, at, record.seq());
        System.arraycopy(frame, 0, buffer, at, framed);
        at += framed;
        System.arraycopy(middle.array(), 0, buffer, at, middle.length());
        at += middle.length();
        checksum.reset();
        checksum.update(buffer, start, at - start);
        at = put(buffer, at, RecordLine.CRC);
        at = Digits.hex8(buffer, at, (int) checksum.getValue());
        at = put(buffer, at, RecordLine.END);
        tree.leafHash(buffer, start, at - start, leaves, leafAt);
        buffer[at] = '\n';
        length = at + 1;
    }

    private void reserve(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + more));
        }
    }

    private static int put(byte[] target, int at, byte[] text) {
        System.arraycopy(text, 0, target, at, text.length);
        return at + text.length;
    }

    @Override
    public void close() throws IOException {
        try (AuditStorage.StoredFile _ = records;
                AuditStorage.StoredFile _ = leafFile) {
            writeLeaves();
        }
    }
}
