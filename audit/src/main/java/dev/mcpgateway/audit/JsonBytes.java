package dev.mcpgateway.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing UTF-8 buffer that JSON is written into without a tree and without intermediate strings.
 *
 * <p>Strings are escaped so that one record is one line on every terminal and in every log viewer: C0, DEL, C1, bidi
 * and other format controls, U+2028, U+2029 and lone surrogates become {@code \}{@code uXXXX}. A lone surrogate must
 * be escaped here, because {@code String.getBytes} would replace it by a question mark without a word.
 */
final class JsonBytes {
    /** Longest string content, in bytes as written: one hostile name cannot fill a record. */
    static final int STRING_BYTES_MAX = 1_024;

    /** Room for an ordinary record without growing. */
    private static final int START_BYTES = 1_536;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] ELLIPSIS = "…".getBytes(StandardCharsets.UTF_8);
    private static final byte[] LONGEST_LONG = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.ISO_8859_1);
    private static final int ESCAPED_PAIR_BYTES = 12;
    private static final boolean[] PLAIN = new boolean[128];

    static {
        Arrays.fill(PLAIN, ' ', 0x7F, true);
        PLAIN['"'] = false;
        PLAIN['\\'] = false;
    }

    private byte[] bytes = new byte[START_BYTES];
    private int length;
    private int cuts;

    /** The backing array; valid up to {@link #length}. */
    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** How many strings were longer than {@link #STRING_BYTES_MAX} and end in an ellipsis now. */
    int cuts() {
        return cuts;
    }

    byte[] copy() {
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Starts a member: a comma if one is due, the name in quotes, a colon. The name is plain ASCII. */
    JsonBytes name(String name) {
        comma();
        reserve(name.length() + 3);
        bytes[length++] = '"';
        ascii(name);
        bytes[length++] = '"';
        bytes[length++] = ':';
        return this;
    }

    /** A string member; nothing at all when the value is empty. */
    JsonBytes member(String name, String value) {
        return value.isEmpty() ? this : name(name).string(value);
    }

    JsonBytes member(String name, long value) {
        return name(name).number(value);
    }

    JsonBytes member(String name, boolean value) {
        name(name);
        reserve(5);
        ascii(value ? "true" : "false");
        return this;
    }

    JsonBytes open(char bracket) {
        reserve(1);
        bytes[length++] = (byte) bracket;
        return this;
    }

    JsonBytes close(char bracket) {
        return open(bracket);
    }

    /** A comma, unless this is the first entry of an object or array. */
    JsonBytes comma() {
        if (length > 0 && bytes[length - 1] != '{' && bytes[length - 1] != '[') {
            open(',');
        }
        return this;
    }

    /** Text that is JSON already, in plain ASCII. */
    JsonBytes raw(String text) {
        reserve(text.length());
        ascii(text);
        return this;
    }

    JsonBytes raw(byte[] text) {
        reserve(text.length);
        System.arraycopy(text, 0, bytes, length, text.length);
        length += text.length;
        return this;
    }

    /** Members that were written apart. */
    JsonBytes append(JsonBytes members) {
        if (members.length > 0) {
            comma();
            reserve(members.length);
            System.arraycopy(members.bytes, 0, bytes, length, members.length);
            length += members.length;
            cuts += members.cuts;
        }
        return this;
    }

    JsonBytes number(long value) {
        reserve(LONGEST_LONG.length);
        length = Digits.write(bytes, length, value);
        return this;
    }

    /** The bytes as lower-case hexadecimal in quotes. */
    JsonBytes hex(byte[] value, int count) {
        reserve(2 * count + 2);
        bytes[length++] = '"';
        for (int i = 0; i < count; i++) {
            bytes[length++] = HEX[(value[i] >> 4) & 0xF];
            bytes[length++] = HEX[value[i] & 0xF];
        }
        bytes[length++] = '"';
        return this;
    }

    /** A point in time as RFC 3339, UTC, with six fraction digits, in quotes. */
    JsonBytes time(long epochMicros) {
        reserve(Rfc3339.BYTES + 2);
        bytes[length++] = '"';
        length = Rfc3339.write(bytes, length, epochMicros);
        bytes[length++] = '"';
        return this;
    }

    /** The value in quotes, escaped, cut at a code point when it is too long. */
    JsonBytes string(String value) {
        int end = value.length();
        reserve(end + 2);
        bytes[length++] = '"';
        int start = length;
        int at = 0;
        if (end <= STRING_BYTES_MAX) {
            at = plainRun(value, end);
        }
        if (at < end) {
            escaped(value, at, start);
        }
        reserve(1);
        bytes[length++] = '"';
        return this;
    }

    private int plainRun(String value, int end) {
        byte[] target = bytes;
        int to = length;
        int at = 0;
        while (at < end) {
            char unit = value.charAt(at);
            if (unit >= 128 || !PLAIN[unit]) {
                break;
            }
            target[to++] = (byte) unit;
            at++;
        }
        length = to;
        return at;
    }

    private void escaped(String value, int from, int start) {
        int lastFit = length;
        int at = from;
        while (at < value.length()) {
            int point = value.codePointAt(at);
            at += Character.charCount(point);
            if (length - start <= STRING_BYTES_MAX - ELLIPSIS.length) {
                lastFit = length;
            }
            codePoint(point);
            if (length - start > STRING_BYTES_MAX) {
                length = lastFit;
                raw(ELLIPSIS);
                cuts++;
                return;
            }
        }
    }

    private void codePoint(int point) {
        reserve(ESCAPED_PAIR_BYTES);
        if (point < 128 && PLAIN[point]) {
            bytes[length++] = (byte) point;
        } else if (point == '"' || point == '\\') {
            bytes[length++] = '\\';
            bytes[length++] = (byte) point;
        } else if (TerminalText.isInvisible(point)) {
            escape(point);
        } else {
            utf8(point);
        }
    }

    private void escape(int point) {
        if (Character.isBmpCodePoint(point)) {
            escapeUnit((char) point);
        } else {
            escapeUnit(Character.highSurrogate(point));
            escapeUnit(Character.lowSurrogate(point));
        }
    }

    private void escapeUnit(char unit) {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
            bytes[length++] = HEX[(unit >> shift) & 0xF];
        }
    }

    private void utf8(int point) {
        if (point < 0x800) {
            bytes[length++] = (byte) (0xC0 | (point >> 6));
        } else if (point < 0x10000) {
            bytes[length++] = (byte) (0xE0 | (point >> 12));
            bytes[length++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        } else {
            bytes[length++] = (byte) (0xF0 | (point >> 18));
            bytes[length++] = (byte) (0x80 | ((point >> 12) & 0x3F));
            bytes[length++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        }
        bytes[length++] = (byte) (0x80 | (point & 0x3F));
    }

    private void ascii(String text) {
        byte[] target = bytes;
        int to = length;
        for (int i = 0; i < text.length(); i++) {
            target[to++] = (byte) text.charAt(i);
        }
        length = to;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
