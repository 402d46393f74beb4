package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a file line by line from its end to its beginning. */
final class BackwardLineReader implements Lines {
    private static final int CHUNK_BYTES = 1 << 20;

    private final AuditStorage.StoredFile file;
    private final int lineBytesMax;
    private final byte[] buffer;
    private long bufferOffset;
    private int from;
    private int to;
    private int end;
    private boolean terminated;

    BackwardLineReader(AuditStorage.StoredFile file, int lineBytesMax) throws IOException {
        this.file = file;
        this.lineBytesMax = lineBytesMax;
        this.bufferOffset = file.size();
        this.buffer = new byte[(int) Math.min(CHUNK_BYTES, bufferOffset) + 2 * lineBytesMax];
    }

    @Override
    public boolean next() throws IOException {
        if (end == 0 && !fill()) {
            return false;
        }
        terminated = buffer[end - 1] == '\n';
        to = terminated ? end - 1 : end;
        int search = to;
        while (true) {
            while (search > 0 && buffer[search - 1] != '\n') {
                search--;
            }
            if (search > 0 || to - search > lineBytesMax) {
                break;
            }
            int before = to;
            if (!fill()) {
                break;
            }
            search += to - before;
        }
        from = search;
        end = search;
        return true;
    }

    /** Reads an earlier chunk in front of what is still unread. */
    private boolean fill() throws IOException {
        int more = (int) Math.min(CHUNK_BYTES, bufferOffset);
        if (more == 0 || end + more > buffer.length) {
            return false;
        }
        System.arraycopy(buffer, 0, buffer, more, end);
        bufferOffset -= more;
        LogFiles.readFully(file, ByteBuffer.wrap(buffer, 0, more), bufferOffset, "segment");
        end += more;
        to += more;
        return true;
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
