package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a file forward, line by line, without copying lines: each is a range of the reader's own buffer. */
final class LineReader implements Lines {
    /** Most bytes read at once; longer than two lines may be. */
    private static final int CHUNK_BYTES = 1 << 20;

    private final AuditStorage.StoredFile file;
    private final int lineBytesMax;
    private final byte[] buffer;
    private long bufferOffset;
    private int filled;
    private int from;
    private int to;
    private int next;
    private boolean atEnd;
    private boolean terminated;

    /** Reads from a position to the end; lines longer than the limit count as damaged. */
    LineReader(AuditStorage.StoredFile file, long position, int lineBytesMax) throws IOException {
        this.file = file;
        this.lineBytesMax = lineBytesMax;
        this.buffer = new byte[(int) Math.clamp(file.size() - position, 2L * lineBytesMax, CHUNK_BYTES)];
        this.bufferOffset = position;
    }

    @Override
    public boolean next() throws IOException {
        if (atEnd) {
            return false;
        }
        int start = next;
        int search = start;
        while (true) {
            for (; search < filled; search++) {
                if (buffer[search] == '\n') {
                    return take(start, search, true);
                }
            }
            if (filled - start > lineBytesMax) {
                return take(start, filled, false);
            }
            search = filled - start;
            boolean isMore = fill(start);
            start = 0;
            if (!isMore) {
                // what is written from now on would be the rest of a line that was handed out already
                atEnd = true;
                return filled > 0 && take(0, filled, false);
            }
        }
    }

    private boolean take(int start, int end, boolean withLf) {
        from = start;
        to = end;
        terminated = withLf;
        next = withLf ? end + 1 : end;
        return true;
    }

    /** Moves what begins at {@code start} to the front and reads more behind it. */
    private boolean fill(int start) throws IOException {
        filled -= start;
        System.arraycopy(buffer, start, buffer, 0, filled);
        bufferOffset += start;
        next = 0;
        int read = file.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled), bufferOffset + filled);
        filled += Math.max(read, 0);
        return read > 0;
    }

    @Override
    public byte[] array() {
        return buffer;
    }

    @Override
    public int from() {
        return from;
    }

    @Override
    public int to() {
        return to;
    }

    @Override
    public boolean isTerminated() {
        return terminated;
    }

    @Override
    public long offset() {
        return bufferOffset + from;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
