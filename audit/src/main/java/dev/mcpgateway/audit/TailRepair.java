package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What recovery changes on disk once it has decided that the log may start: the torn tail is copied aside and cut off,
 * everything behind the newest checkpoint and the newest checkpoints themselves are written and synced again, caches are
 * rebuilt, and the names of the files are synced.
 *
 * <p>Writing again matters: after a kill the newest bytes may be only in the page cache, and after an I/O error the
 * cache may show bytes that the disk never took.
 */
final class TailRepair {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final String QUARANTINE = "quarantine";

    private final AuditStorage storage;
    private final SegmentFiles files;
    private final Map<Long, Long> rewriteFrom = new TreeMap<>();
    private final Map<Long, Long> rewriteUpTo = new TreeMap<>();
    private final Map<Long, byte[]> leaves = new TreeMap<>();

    TailRepair(AuditStorage storage) {
        this.storage = storage;
        this.files = new SegmentFiles(storage);
    }

    /** The segment has records behind the newest checkpoint, the first of them at this offset. */
    void rewriteFrom(long first, long offset) {
        rewriteFrom.putIfAbsent(first, offset);
    }

    void rewriteUpTo(long first, long offset) {
        rewriteUpTo.put(first, offset);
    }

    /** The leaf hashes of the segment, as computed from its records. */
    void rebuildLeaves(long first, byte[] hashes) {
        leaves.put(first, hashes);
    }

    /** Copies a damaged segment aside, once, before anybody tries to repair it. */
    String quarantine(long first) throws IOException {
        String source = LogFiles.records(first);
        String target = QUARANTINE + source.substring(source.indexOf('/'));
        if (!storage.exists(target)) {
            storage.createFolder(QUARANTINE);
            String aside = target + ".new";
            if (storage.exists(aside)) {
                storage.delete(aside);
            }
            copy(source, 0, aside);
            storage.rename(aside, target);
            storage.syncFolder(QUARANTINE);
        }
        return target;
    }

    void run(long newest, Optional<Torn> torn, CheckpointHistory.Content history) throws IOException {
        if (torn.isPresent() && torn.get().bytes() > 0) {
            String source = LogFiles.records(newest);
            copy(
                    source,
                    torn.get().from(),
                    unusedName(source.replace(".jsonl", "." + torn.get().from())));
            cut(source, torn.get().from());
        }
        for (Map.Entry<Long, Long> from : rewriteFrom.entrySet()) {
            rewrite(LogFiles.records(from.getKey()), from.getValue(), rewriteUpTo.getOrDefault(from.getKey(), 0L));
        }
        for (Map.Entry<Long, byte[]> rebuilt : leaves.entrySet()) {
            replaceLeaves(rebuilt.getKey(), rebuilt.getValue());
        }
        if (history.goodBytes() < history.totalBytes()) {
            cut(LogFiles.CHECKPOINTS, history.goodBytes());
        }
        rewrite(LogFiles.CHECKPOINTS, history.tailStart(), history.goodBytes());
        storage.syncFolder(LogFiles.SEGMENTS);
        storage.syncFolder("");
    }

    private String unusedName(String stem) throws IOException {
        String name = stem + ".torn";
        for (int count = 2; storage.exists(name); count++) {
            name = stem + "-" + count + ".torn";
        }
        return name;
    }

    private void copy(String source, long from, String target) throws IOException {
        try (AuditStorage.StoredFile file = storage.openToRead(source);
                AuditStorage.StoredFile copy = storage.create(target)) {
            long size = file.size();
            for (long at = from; at < size; at += CHUNK_BYTES) {
                copy.write(chunk(file, at, size), at - from);
            }
            copy.sync();
        }
        storage.syncFolder(target.substring(0, target.lastIndexOf('/')));
    }

    private void cut(String path, long size) throws IOException {
        try (AuditStorage.StoredFile file = storage.open(path)) {
            file.truncate(size);
            file.sync();
        }
    }

    private void rewrite(String path, long from, long to) throws IOException {
        try (AuditStorage.StoredFile file = storage.open(path)) {
            for (long at = from; at < to; at += CHUNK_BYTES) {
                file.write(chunk(file, at, to), at);
            }
            file.sync();
        }
    }

    private void replaceLeaves(long first, byte[] hashes) throws IOException {
        if (files.leafEntries(first) * HashTree.HASH_BYTES != hashes.length
                || !Arrays.equals(files.leaves(first, Long.MAX_VALUE), hashes)) {
            LogFiles.replace(storage, LogFiles.leaves(first), hashes);
        }
    }

    private static ByteBuffer chunk(AuditStorage.StoredFile file, long at, long end) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, end - at));
        LogFiles.readFully(file, chunk, at, "segment");
        return chunk.flip();
    }
}
