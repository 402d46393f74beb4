package dev.mcpgateway.audit;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Names of the files of a log, and the two ways in which small files are read and replaced. */
final class LogFiles {
    static final String LOG_JSON = "log.json";
    static final String VKEY = "log.vkey";
    static final String LOCK = "LOCK";
    static final String CHECKPOINT = "checkpoint";
    static final String CHECKPOINTS = "checkpoints.log";
    static final String SEGMENTS = "seg";

    /** Longest small file that is read whole, in bytes. */
    static final int SMALL_FILE_BYTES_MAX = 64 << 10;

    /** How the names of files with records end. */
    static final String RECORDS = ".jsonl";

    /** How the names of files with leaf hashes end. */
    static final String LEAVES = ".leaf";

    private static final int SEQ_DIGITS = 20;

    private LogFiles() {}

    /** The records of the segment that begins with this number. */
    static String records(long first) {
        return segment(first) + RECORDS;
    }

    /** 32 bytes of leaf hash per record; a cache that can be rebuilt. */
    static String leaves(long first) {
        return segment(first) + LEAVES;
    }

    static String seal(long first) {
        return segment(first) + ".seal";
    }

    private static String segment(long first) {
        return SEGMENTS + "/" + ("%0" + SEQ_DIGITS + "d").formatted(first);
    }

    /**
     * The first record numbers of all segments, in order.
     *
     * @throws IOException if a file in the folder calls itself a segment and is not named like one
     */
    static List<Long> segments(AuditStorage storage) throws IOException {
        List<Long> firsts = new ArrayList<>();
        for (String name : storage.names(SEGMENTS)) {
            if (name.endsWith(RECORDS)) {
                if (!name.matches("[0-9]{" + SEQ_DIGITS + "}\\" + RECORDS)) {
                    throw new IOException(SEGMENTS + "/" + TerminalText.safe(name) + " is not the name of a segment");
                }
                firsts.add(Long.parseLong(name, 0, SEQ_DIGITS, 10));
            }
        }
        return firsts;
    }

    /** The whole of a small file. */
    static byte[] read(AuditStorage storage, String path) throws IOException {
        try (AuditStorage.StoredFile file = storage.openToRead(path)) {
            long size = file.size();
            if (size > SMALL_FILE_BYTES_MAX) {
                throw new IOException(
                        path + " is " + size + " bytes long, at most " + SMALL_FILE_BYTES_MAX + " are expected");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            readFully(file, bytes, 0, path);
            return bytes.array();
        }
    }

    static void readFully(AuditStorage.StoredFile file, ByteBuffer into, long position, String path)
            throws IOException {
        long at = position;
        while (into.hasRemaining()) {
            int read = file.read(into, at);
            if (read < 0) {
                throw new FileNotFoundException(path + " ended at byte " + at + " while it was read");
            }
            at += read;
        }
    }

    /**
     * Replaces a file so that after a crash there is either the old or the new one, whole: write aside, sync, rename,
     * sync the folder.
     */
    static void replace(AuditStorage storage, String path, byte[] content) throws IOException {
        String aside = path + ".new";
        if (storage.exists(aside)) {
            storage.delete(aside);
        }
        try (AuditStorage.StoredFile file = storage.create(aside)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
        storage.rename(aside, path);
        int slash = path.lastIndexOf('/');
        storage.syncFolder(slash < 0 ? "" : path.substring(0, slash));
    }
}
