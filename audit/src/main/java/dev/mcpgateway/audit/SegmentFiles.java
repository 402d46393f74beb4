package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.OptionalLong;

/** Questions about one segment that recovery, sealing and verification ask alike. */
final class SegmentFiles {
    private static final int CHUNK_BYTES = 1 << 20;

    private final AuditStorage storage;

    SegmentFiles(AuditStorage storage) {
        this.storage = storage;
    }

    /** Hash of a range of a segment, hexadecimal. */
    String sha256(long first, long from, long to) throws IOException {
        MessageDigest digest = HashTree.sha256();
        String path = LogFiles.records(first);
        try (AuditStorage.StoredFile file = storage.openToRead(path)) {
            ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, to - from));
            for (long at = from; at < to; at += chunk.limit()) {
                chunk.clear().limit((int) Math.min(chunk.capacity(), to - at));
                LogFiles.readFully(file, chunk, at, path);
                digest.update(chunk.flip());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Length of the segment's records in bytes. */
    long bytes(long first) throws IOException {
        return size(LogFiles.records(first));
    }

    /** Whole entries of the leaf file, which is written only after the sync of the records. */
    long leafEntries(long first) throws IOException {
        String path = LogFiles.leaves(first);
        return storage.exists(path) ? size(path) / HashTree.HASH_BYTES : 0;
    }

    /** The first {@code bytes} bytes of the leaf file, or less if it is shorter. */
    byte[] leaves(long first, long bytes) throws IOException {
        String path = LogFiles.leaves(first);
        if (!storage.exists(path)) {
            return new byte[0];
        }
        try (AuditStorage.StoredFile file = storage.openToRead(path)) {
            byte[] leaves = new byte[Math.toIntExact(Math.min(bytes, file.size()))];
            LogFiles.readFully(file, ByteBuffer.wrap(leaves), 0, path);
            return leaves;
        }
    }

    /**
     * Where a whole record of a later batch stands behind a bad byte; see {@link LaterRecords}.
     *
     * @param to length of the file when its scan began: a live log may have ended the batch of the bad byte since, and
     *     begun a later one
     */
    OptionalLong laterRecord(long first, long from, long to, long batch) throws IOException {
        try (AuditStorage.StoredFile file = storage.openToRead(LogFiles.records(first))) {
            return LaterRecords.find(file, from, to, batch);
        }
    }

    private long size(String path) throws IOException {
        try (AuditStorage.StoredFile file = storage.openToRead(path)) {
            return file.size();
        }
    }
}
