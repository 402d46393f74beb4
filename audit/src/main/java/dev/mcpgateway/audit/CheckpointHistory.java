package dev.mcpgateway.audit;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code checkpoints.log}: every checkpoint as one line, synced before the checkpoint is published.
 *
 * <p>A line is {@code {"v":1,"size":N,"root":"…","ts":"…","sig":"…","crc":"…"}}: enough to rebuild the signed note.
 */
final class CheckpointHistory implements Closeable {
    private static final long TAIL_BYTES = 64 << 10;

    private final AuditStorage.StoredFile file;
    private long length;

    CheckpointHistory(AuditStorage.StoredFile file, long length) {
        this.file = file;
        this.length = length;
    }

    /** Appends a line and syncs it. */
    void append(CheckpointLine line) throws IOException {
        byte[] bytes = line.encode();
        file.write(ByteBuffer.wrap(bytes), length);
        file.sync();
        length += bytes.length;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /**
     * What the file says.
     *
     * @param lines the good lines that were read, oldest first
     * @param tailStart where reading began
     * @param goodBytes length of the file up to the end of the last good line
     * @param totalBytes length of the file
     * @param damagedAt offset of a bad line that is followed by a good one; -1 if there is none
     */
    record Content(List<CheckpointLine> lines, long tailStart, long goodBytes, long totalBytes, long damagedAt) {
        Content {
            lines = List.copyOf(lines);
        }
    }

    /** Reads at least the newest line, and no more than about {@value #TAIL_BYTES} bytes for it. */
    static Content readNewest(AuditStorage storage) throws IOException {
        AuditStorage.StoredFile file = storage.openToRead(LogFiles.CHECKPOINTS);
        try (file) {
            long size = file.size();
            long start = Math.max(0, size - TAIL_BYTES);
            LineReader reader = new LineReader(file, start, CheckpointLine.BYTES_MAX);
            if (start > 0) {
                reader.next();
            }
            return lines(reader, Math.max(0, size - TAIL_BYTES), size);
        }
    }

    private static Content lines(LineReader reader, long start, long size) throws IOException {
        List<CheckpointLine> lines = new ArrayList<>();
        long goodBytes = 0;
        long bad = -1;
        long damagedAt = -1;
        while (reader.next()) {
            CheckpointLine line = reader.isTerminated()
                    ? CheckpointLine.parse(reader.array(), reader.from(), reader.to())
                            .orElse(null)
                    : null;
            if (line == null) {
                bad = bad < 0 ? reader.offset() : bad;
            } else {
                damagedAt = damagedAt < 0 ? bad : damagedAt;
                lines.add(line);
                goodBytes = reader.offset() + reader.to() - reader.from() + 1;
            }
        }
        return new Content(lines, Math.min(start, goodBytes), goodBytes, size, damagedAt);
    }
}
