package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;

/** Decimal and hexadecimal numbers to and from ASCII bytes. */
final class Digits {
    /** What {@link #read} returns for anything but a canonical number. */
    static final long NOT_A_NUMBER = -1;

    private static final int LONG_DIGITS_MAX = 18;

    private Digits() {}

    /** Writes the decimal digits and returns the position behind them. */
    static int write(byte[] target, int at, long value) {
        if (value < 0) {
            byte[] digits = Long.toString(value).getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(digits, 0, target, at, digits.length);
            return at + digits.length;
        }
        int end = at + count(value);
        padded(target, at, end - at, value);
        return end;
    }

    /** Writes exactly {@code width} digits, with leading zeros. */
    static int padded(byte[] target, int at, int width, long value) {
        long rest = value;
        for (int i = at + width - 1; i >= at; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return at + width;
    }

    private static int count(long value) {
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** A decimal number without sign, leading zeros or more than 18 digits in {@code [from, to)}. */
    static long read(byte[] source, int from, int to) {
        int digits = to - from;
        if (digits < 1 || digits > LONG_DIGITS_MAX || (digits > 1 && source[from] == '0')) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            if (source[i] < '0' || source[i] > '9') {
                return NOT_A_NUMBER;
            }
            value = value * 10 + (source[i] - '0');
        }
        return value;
    }

    /** Writes eight lower-case hexadecimal digits. */
    static int hex8(byte[] target, int at, int value) {
        for (int i = 0; i < 8; i++) {
            target[at + i] = (byte) Character.forDigit((value >>> (28 - 4 * i)) & 0xF, 16);
        }
        return at + 8;
    }
}
