package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/** Times as RFC 3339 in UTC with six fraction digits: {@code 2026-11-21T04:49:00.123456Z}. */
final class Rfc3339 {
    /** Length of every time as written. */
    static final int BYTES = 27;

    /** What {@link #read} returns for text that is no time in this form. */
    static final long NOT_A_TIME = Long.MIN_VALUE;

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final long EARLIEST_MICROS = micros(Instant.parse("0000-01-01T00:00:00Z"));
    private static final long LATEST_MICROS = micros(Instant.parse("9999-12-31T23:59:59.999999Z"));

    private Rfc3339() {}

    /** Microseconds since 1970; an instant beyond the years 0 to 9999 becomes the nearest that can be written. */
    static long micros(Instant instant) {
        return instant.getEpochSecond() * MICROS_PER_SECOND + instant.getNano() / 1_000;
    }

    static String text(long epochMicros) {
        byte[] text = new byte[BYTES];
        write(text, 0, epochMicros);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** Writes {@value #BYTES} bytes and returns the position behind them. */
    static int write(byte[] target, int start, long epochMicros) {
        long micros = Math.clamp(epochMicros, EARLIEST_MICROS, LATEST_MICROS);
        long seconds = Math.floorDiv(micros, MICROS_PER_SECOND);
        long day = Math.floorDiv(seconds, SECONDS_PER_DAY);
        long second = Math.floorMod(seconds, SECONDS_PER_DAY);
        int at = writeDate(target, start, day);
        target[at] = 'T';
        at = Digits.padded(target, at + 1, 2, second / 3_600);
        target[at] = ':';
        at = Digits.padded(target, at + 1, 2, second / 60 % 60);
        target[at] = ':';
        at = Digits.padded(target, at + 1, 2, second % 60);
        target[at] = '.';
        at = Digits.padded(target, at + 1, 6, Math.floorMod(micros, MICROS_PER_SECOND));
        target[at] = 'Z';
        return at + 1;
    }

    /** Days since 1970 to a date by eras of 400 years that begin on 1 March, so that leap days come last. */
    private static int writeDate(byte[] target, int start, long epochDay) {
        long shifted = epochDay + 719_468;
        long era = Math.floorDiv(shifted, 146_097);
        long dayOfEra = Math.floorMod(shifted, 146_097);
        long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        long month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        int at = Digits.padded(target, start, 4, year);
        target[at] = '-';
        at = Digits.padded(target, at + 1, 2, month);
        target[at] = '-';
        return Digits.padded(target, at + 1, 2, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
    }

    /** Microseconds since 1970 of a time in exactly the written form; {@link #NOT_A_TIME} for anything else. */
    static long read(byte[] source, int at) {
        long year = field(source, at, 4, '-');
        long month = field(source, at + 5, 2, '-');
        long day = field(source, at + 8, 2, 'T');
        long hour = field(source, at + 11, 2, ':');
        long minute = field(source, at + 14, 2, ':');
        long second = field(source, at + 17, 2, '.');
        long micro = field(source, at + 20, 6, 'Z');
        if ((year | month | day | hour | minute | second | micro) < 0) {
            return NOT_A_TIME;
        }
        long micros =
                (epochDay(year, month, day) * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second) * MICROS_PER_SECOND
                        + micro;
        byte[] again = new byte[BYTES];
        write(again, 0, micros);
        return Arrays.equals(again, 0, BYTES, source, at, at + BYTES) ? micros : NOT_A_TIME;
    }

    static long read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length == BYTES ? read(bytes, 0) : NOT_A_TIME;
    }

    private static long field(byte[] source, int at, int width, char end) {
        long value = 0;
        for (int i = at; i < at + width; i++) {
            if (source[i] < '0' || source[i] > '9') {
                return -1;
            }
            value = value * 10 + source[i] - '0';
        }
        return source[at + width] == end ? value : -1;
    }

    private static long epochDay(long year, long month, long day) {
        long fromMarch = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(fromMarch, 400);
        long yearOfEra = Math.floorMod(fromMarch, 400);
        long dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }
}
