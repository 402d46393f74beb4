package dev.mcpgateway.audit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Record ids: UUID version 7 (RFC 9562 §5.7) with a dedicated counter (§6.2, method 1).
 *
 * <p>Milliseconds, 12 counter bits, 30 more counter bits, then 32 bits drawn once per opened log. Ids of one process
 * never repeat before 2^42 records; two processes are told apart by the drawn bits.
 */
final class RecordIds {
    private static final int TEXT_BYTES = 38;
    private static final long COUNTER_MASK = (1L << 42) - 1;
    private static final int LOW_COUNTER_BITS = 30;

    private final AtomicLong counter = new AtomicLong();
    private final long drawn;

    RecordIds(int drawn) {
        this.drawn = Integer.toUnsignedLong(drawn);
    }

    /** Writes the next id in quotes. */
    void next(JsonBytes json, long epochMicros) {
        long count = counter.getAndIncrement() & COUNTER_MASK;
        long high = (epochMicros / 1_000) << 16 | 0x7000 | count >>> LOW_COUNTER_BITS;
        long low = 1L << 63 | (count & ((1L << LOW_COUNTER_BITS) - 1)) << 32 | drawn;
        byte[] text = new byte[TEXT_BYTES];
        text[0] = '"';
        int at = digits(text, 1, high, 0, 8);
        text[at] = '-';
        at = digits(text, at + 1, high, 8, 12);
        text[at] = '-';
        at = digits(text, at + 1, high, 12, 16);
        text[at] = '-';
        at = digits(text, at + 1, low, 0, 4);
        text[at] = '-';
        at = digits(text, at + 1, low, 4, 16);
        text[at] = '"';
        json.raw(text);
    }

    private static int digits(byte[] target, int start, long value, int from, int to) {
        int at = start;
        for (int i = from; i < to; i++) {
            int digit = (int) (value >>> (60 - 4 * i)) & 0xF;
            target[at++] = (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
        return at;
    }
}
