package dev.mcpgateway.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Looks behind a bad byte for whole records of later batches.
 *
 * <p>One such record proves that the bad byte once was durable, so it is damage and no torn tail. The search begins at
 * every place where a record could begin, not only behind line feeds: a damaged line feed glues two records together
 * and would hide the second.
 */
final class LaterRecords {
    private static final int WINDOW_BYTES = 1 << 20;

    private LaterRecords() {}

    /** The byte offset of the first whole record between two offsets of a batch greater than {@code batch}. */
    static OptionalLong find(AuditStorage.StoredFile file, long from, long to, long batch) throws IOException {
        byte[] window = new byte[(int) Math.min(to - from, WINDOW_BYTES + RecordLine.BYTES_MAX)];
        RecordLine line = new RecordLine();
        for (long offset = from; offset < to; offset += WINDOW_BYTES) {
            int length = (int) Math.min(window.length, to - offset);
            LogFiles.readFully(file, ByteBuffer.wrap(window, 0, length), offset, "segment");
            for (int at = 0; at < Math.min(length, WINDOW_BYTES); at++) {
                if (window[at] == '{' && isLater(window, at, length, line, batch)) {
                    return OptionalLong.of(offset + at);
                }
            }
        }
        return OptionalLong.empty();
    }

    private static boolean isLater(byte[] window, int at, int length, RecordLine line, long batch) {
        if (!matches(window, at, length, RecordLine.START)) {
            return false;
        }
        int most = Math.min(length, at + RecordLine.BYTES_MAX) - RecordLine.SUFFIX_BYTES;
        for (int crc = at + RecordLine.START.length; crc <= most; crc++) {
            if (window[crc] == ',' && matches(window, crc, length, RecordLine.CRC)) {
                return line.parse(window, at, crc + RecordLine.SUFFIX_BYTES) && line.batch() > batch;
            }
        }
        return false;
    }

    private static boolean matches(byte[] window, int at, int length, byte[] expected) {
        return length - at >= expected.length
                && Arrays.equals(window, at, at + expected.length, expected, 0, expected.length);
    }
}
