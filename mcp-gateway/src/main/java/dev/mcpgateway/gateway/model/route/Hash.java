package dev.mcpgateway.gateway.model.route;

import java.nio.charset.StandardCharsets;

/** Even 64-bit hashes, the same in every process; nothing secret depends on them. */
final class Hash {
    private static final long START = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private Hash() {}

    static long of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return mix(of(START, bytes, 0, bytes.length));
    }

    static long start() {
        return START;
    }

    static long of(long hash, byte[] bytes, int from, int to) {
        long each = hash;
        for (int at = from; at < to; at++) {
            each = (each ^ (bytes[at] & 0xff)) * PRIME;
        }
        return each;
    }

    /** Spreads every bit over all. */
    static long mix(long hash) {
        long each = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        each = (each ^ (each >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return each ^ (each >>> 33);
    }

    /** A number above 0 and below 1. */
    static double unit(long hash) {
        return ((mix(hash) >>> 11) + 0.5) / (1L << 53);
    }
}
