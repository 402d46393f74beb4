package dev.mcpgateway.connectors.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Splits a stream at line feeds; what is longer than the bound is dropped while it arrives, never kept. */
final class LineReader {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final int lineBytesMax;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int filled;

    LineReader(InputStream in, int lineBytesMax) {
        this.in = in;
        this.lineBytesMax = lineBytesMax;
    }

    /** One line without its end. */
    sealed interface Line {
        /** A line within the bound. */
        @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
        record Whole(byte[] bytes) implements Line {}

        /** A longer one, of which only the id was kept. */
        record TooLong(TopLevelId id) implements Line {}
    }

    /** The next line; {@code null} at the end of the stream. A last line without an end is dropped: it was cut. */
    @Nullable
    Line next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        TopLevelId tooLong = null;
        while (next < filled || fill()) {
            int end = next;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            if (tooLong == null && line.size() + (end - next) > lineBytesMax) {
                tooLong = new TopLevelId();
                byte[] begun = line.toByteArray();
                tooLong.scan(begun, 0, begun.length);
                line = new ByteArrayOutputStream(0);
            }
            if (tooLong != null) {
                tooLong.scan(buffer, next, end);
            } else {
                line.write(buffer, next, end - next);
            }
            next = end + 1;
            if (end < filled) {
                return tooLong != null ? new Line.TooLong(tooLong) : new Line.Whole(line.toByteArray());
            }
        }
        return null;
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = Math.max(0, in.read(buffer, 0, buffer.length));
        return filled > 0;
    }
}
