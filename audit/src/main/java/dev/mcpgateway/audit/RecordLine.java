package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads the frame that the writer puts around a record: {@code v seq b bn ts} in front, {@code crc} behind.
 *
 * <p>Reused from line to line; the frame is compared byte by byte, because the writer knows only one spelling.
 */
final class RecordLine {
    /** Longest record in bytes without its LF: a tile entry carries its length in 16 bits. */
    static final int BYTES_MAX = 65_535;

    /** How every record begins. */
    static final byte[] START = ascii("{\"v\":1,\"seq\":");

    /** What stands between the record and its checksum. */
    static final byte[] CRC = ascii(",\"crc\":\"");

    /** How every record ends. */
    static final byte[] END = ascii("\"}");

    static final byte[] BATCH = ascii(",\"b\":");
    static final byte[] BATCH_RECORDS = ascii(",\"bn\":");
    static final byte[] TIME = ascii(",\"ts\":\"");

    /** Length of checksum member and closing brace. */
    static final int SUFFIX_BYTES = CRC.length + 8 + END.length;

    /** Longest prefix: four members with numbers of at most 18 digits, and a time. */
    static final int PREFIX_BYTES_MAX =
            START.length + BATCH.length + BATCH_RECORDS.length + 3 * 18 + TIME.length + Rfc3339.BYTES + 1;

    private final CRC32C checksum = new CRC32C();
    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private long seq;
    private long batch;
    private long batchRecords;
    private long timeMicros;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    long seq() {
        return seq;
    }

    /** {@code b}: number of the batch. */
    long batch() {
        return batch;
    }

    /** {@code bn}: number of records in the batch. */
    long batchRecords() {
        return batchRecords;
    }

    /** {@code ts}: microseconds since 1970. */
    long timeMicros() {
        return timeMicros;
    }

    /** Reads the line in {@code [from, to)}, without its LF; false if the frame or the checksum is wrong. */
    boolean parse(byte[] source, int from, int to) {
        bytes = source;
        at = from;
        end = to - SUFFIX_BYTES;
        return to - from <= BYTES_MAX && prefix() && suffix(from, to);
    }

    private boolean prefix() {
        if (!skip(START) || (seq = number()) < 0 || !skip(BATCH) || (batch = number()) < 0) {
            return false;
        }
        if (!skip(BATCH_RECORDS) || (batchRecords = number()) < 1 || !skip(TIME) || end - at <= Rfc3339.BYTES) {
            return false;
        }
        timeMicros = Rfc3339.read(bytes, at);
        at += Rfc3339.BYTES;
        return timeMicros != Rfc3339.NOT_A_TIME && bytes[at] == '"';
    }

    private boolean skip(byte[] expected) {
        if (end - at < expected.length
                || !Arrays.equals(bytes, at, at + expected.length, expected, 0, expected.length)) {
            return false;
        }
        at += expected.length;
        return true;
    }

    private long number() {
        int from = at;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return Digits.read(bytes, from, at);
    }

    private boolean suffix(int from, int to) {
        int digits = end + CRC.length;
        if (!Arrays.equals(bytes, end, digits, CRC, 0, CRC.length)
                || !Arrays.equals(bytes, to - END.length, to, END, 0, END.length)) {
            return false;
        }
        checksum.reset();
        checksum.update(bytes, from, end - from);
        byte[] expected = new byte[8];
        Digits.hex8(expected, 0, (int) checksum.getValue());
        return Arrays.equals(bytes, digits, digits + expected.length, expected, 0, expected.length);
    }
}
