package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** What somebody does to a log who knows its format. */
final class Tampering {
    private Tampering() {}

    /** The bytes with one bit turned. */
    static byte[] flipped(byte[] bytes, long bit) {
        byte[] copy = bytes.clone();
        copy[(int) (bit / 8)] ^= (byte) (1 << (bit % 8));
        return copy;
    }

    /** The line with a right checksum again. */
    static String withChecksum(String line) {
        String body = line.substring(0, line.lastIndexOf(",\"crc\":\""));
        CRC32C checksum = new CRC32C();
        checksum.update(body.getBytes(StandardCharsets.UTF_8));
        return body + ",\"crc\":\"%08x\"}".formatted((int) checksum.getValue());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
