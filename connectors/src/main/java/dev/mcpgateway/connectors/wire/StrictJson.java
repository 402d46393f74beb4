package dev.mcpgateway.connectors.wire;

import dev.mcpgateway.connectors.wire.JsonRefused.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The one reader of everything that crosses the gateway: a single pass over the bytes that accepts exactly one JSON
 * text of RFC 8259 in well-formed UTF-8 without byte order mark, without duplicate member names at any level, within
 * {@link JsonLimits}. Checking and forwarding the same bytes leaves no room for two readers that see different things
 * (GHSA-4gph-2hhr-5mwg, CVE-2026-27896).
 *
 * <p>Time is linear in the bytes, with n·log n in the members of one large object; memory is four ints per value.
 */
public final class StrictJson {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    /** Up to this many members are compared pairwise; beyond, by sorted hashes. */
    private static final int PAIRWISE_MEMBERS_MAX = 16;

    /** So many members of one object with equal hashes do not happen by chance. */
    private static final int COLLISIONS_MAX = 64;

    private final byte[] bytes;
    private final int end;
    private final JsonLimits limits;
    private int[] open;
    private int depth;
    private int deepest;
    private int pos;
    private int[] tape;
    private int size;

    private StrictJson(byte[] bytes, JsonLimits limits) {
        this.bytes = bytes;
        this.end = bytes.length;
        this.limits = limits;
        this.open = new int[Math.min(limits.depthMax(), JsonLimits.DEPTH_DEFAULT)];
        this.tape = new int[JsonDocument.WIDTH * Math.max(16, Math.min(bytes.length / 16, 1 << 16))];
    }

    /**
     * Parses one document.
     *
     * @throws JsonRefused if it is not exactly one well-formed text within the limits
     */
    public static JsonDocument parse(byte[] bytes, JsonLimits limits) throws JsonRefused {
        if (bytes.length > limits.bytesMax()) {
            throw new JsonRefused(
                    Reason.OVER_LIMIT, "document longer than " + limits.bytesMax() + " bytes", limits.bytesMax());
        }
        return new StrictJson(bytes, limits).document();
    }

    private JsonDocument document() throws JsonRefused {
        if (end > 0 && (bytes[0] == (byte) 0xEF || bytes[0] == (byte) 0xFE || bytes[0] == (byte) 0xFF)) {
            throw refused(Reason.NOT_UTF8, "byte order mark or other encoding", 0);
        }
        while (true) {
            skipBlank();
            if (beginsContainer()) {
                continue;
            }
            if (endsDocument()) {
                return new JsonDocument(bytes, tape, deepest);
            }
        }
    }

    /** Reads one value or its opening. True when a member or element must follow inside it. */
    private boolean beginsContainer() throws JsonRefused {
        int token = size;
        switch (peek()) {
            case '{' -> {
                open(JsonDocument.OBJECT);
                if (peekAfterBlank() != '}') {
                    memberName();
                    return true;
                }
                close(token);
            }
            case '[' -> {
                open(JsonDocument.ARRAY);
                if (peekAfterBlank() != ']') {
                    return true;
                }
                close(token);
            }
            case '"' -> string(JsonDocument.STRING);
            case 't' -> literal("true", JsonDocument.TRUE);
            case 'f' -> literal("false", JsonDocument.FALSE);
            case 'n' -> literal("null", JsonDocument.NULL);
            default -> number();
        }
        return false;
    }

    /** After a complete value: closes what ends here. True at the end of the text, false when another value follows. */
    private boolean endsDocument() throws JsonRefused {
        while (depth > 0) {
            int container = open[depth - 1];
            boolean object = tape[container] == JsonDocument.OBJECT;
            int next = peekAfterBlank();
            if (next == ',') {
                pos++;
                if (object) {
                    skipBlank();
                    memberName();
                }
                return false;
            }
            if (next != (object ? '}' : ']')) {
                throw refused(Reason.NOT_JSON, object ? "expected ',' or '}'" : "expected ',' or ']'", pos);
            }
            close(container);
        }
        skipBlank();
        if (pos != end) {
            throw refused(Reason.NOT_JSON, "content after the end of the document", pos);
        }
        return true;
    }

    private void open(int kind) throws JsonRefused {
        if (depth == limits.depthMax()) {
            throw refused(Reason.OVER_LIMIT, "nesting deeper than " + depth, pos);
        }
        if (depth == open.length) {
            open = Arrays.copyOf(open, Math.min(limits.depthMax(), depth * 2));
        }
        open[depth++] = size;
        deepest = Math.max(deepest, depth);
        append(kind, pos, pos, 0);
        pos++;
    }

    private void close(int container) throws JsonRefused {
        pos++;
        depth--;
        tape[container + 2] = pos;
        tape[container + 3] = size;
        if (tape[container] == JsonDocument.OBJECT) {
            refuseDuplicates(container);
        }
    }

    private void memberName() throws JsonRefused {
        if (peek() != '"') {
            throw refused(Reason.NOT_JSON, "expected a member name", pos);
        }
        int token = size;
        string(JsonDocument.NAME);
        int from = tape[token + 1] + 1;
        int to = tape[token + 2] - 1;
        if (to - from > limits.nameBytesMax()) {
            throw refused(Reason.OVER_LIMIT, "member name longer than " + limits.nameBytesMax() + " bytes", from);
        }
        tape[token + 3] = nameHash(token, from, to);
        if (peekAfterBlank() != ':') {
            throw refused(Reason.NOT_JSON, "expected ':'", pos);
        }
        pos++;
    }

    private int nameHash(int token, int from, int to) throws JsonRefused {
        if ((tape[token] & JsonDocument.ESCAPED) == 0) {
            return JsonText.hash(bytes, from, to);
        }
        String name = JsonText.unescape(bytes, from, to);
        if (!limits.lenientText() && name.indexOf('\0') >= 0) {
            throw refused(Reason.AMBIGUOUS_TEXT, "NUL in a member name", from);
        }
        byte[] decoded = name.getBytes(StandardCharsets.UTF_8);
        return JsonText.hash(decoded, 0, decoded.length);
    }

    private void string(int kind) throws JsonRefused {
        int start = pos;
        int flags = kind;
        int at = start + 1;
        while (true) {
            at = skipPlain(at);
            if (at >= end) {
                throw refused(Reason.NOT_JSON, "string without end", start);
            }
            byte b = bytes[at];
            if (b == '"') {
                break;
            } else if (b == '\\') {
                flags |= JsonDocument.ESCAPED;
                at = escape(at);
            } else if (b < 0) {
                flags |= JsonDocument.NON_ASCII;
                at = utf8(at);
            } else {
                throw refused(Reason.NOT_JSON, "control character in a string", at);
            }
        }
        pos = at + 1;
        append(flags, start, pos, size + JsonDocument.WIDTH);
    }

    /** The first offset at or after {@code at} that holds a quote, a backslash, a control or a non-ASCII byte. */
    private int skipPlain(int from) {
        int at = from;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long word = (long) LONGS.get(bytes, at);
            long quote = word ^ 0x22 * ONES;
            long backslash = word ^ 0x5C * ONES;
            // a subtraction borrows only into higher bytes, so the lowest mark is exact
            long special = (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | (word - 0x20 * ONES) | word)
                    & HIGHS;
            if (special != 0) {
                return at + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        while (at < end && bytes[at] >= 0x20 && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    private int escape(int at) throws JsonRefused {
        int kind = at + 1 < end ? bytes[at + 1] : -1;
        return switch (kind) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            case 'u' -> unicodeEscape(at);
            default -> throw refused(Reason.NOT_JSON, "unknown escape", at);
        };
    }

    private int unicodeEscape(int at) throws JsonRefused {
        int unit = hexUnit(at);
        if (Character.isHighSurrogate((char) unit)
                && at + 7 < end
                && bytes[at + 6] == '\\'
                && bytes[at + 7] == 'u'
                && Character.isLowSurrogate((char) hexUnit(at + 6))) {
            return at + 12;
        }
        if (Character.isSurrogate((char) unit) && !limits.lenientText()) {
            throw refused(Reason.AMBIGUOUS_TEXT, "half a surrogate pair", at);
        }
        return at + 6;
    }

    private int hexUnit(int at) throws JsonRefused {
        if (at + 6 > end) {
            throw refused(Reason.NOT_JSON, "escape without end", at);
        }
        for (int i = at + 2; i < at + 6; i++) {
            if (Character.digit(bytes[i], 16) < 0) {
                throw refused(Reason.NOT_JSON, "escape is not four hexadecimal digits", i);
            }
        }
        return JsonText.hex4(bytes, at + 2);
    }

    /** Checks one multi-byte sequence (Unicode 15, table 3-7) and returns the offset behind it. */
    private int utf8(int at) throws JsonRefused {
        int lead = bytes[at] & 0xFF;
        int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if (lead < 0xC2 || lead > 0xF4 || at + length > end) {
            throw refused(Reason.NOT_UTF8, "malformed UTF-8", at);
        }
        int second = bytes[at + 1] & 0xFF;
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        boolean good = second >= low && second <= high;
        for (int i = at + 2; i < at + length; i++) {
            good &= (bytes[i] & 0xC0) == 0x80;
        }
        if (!good) {
            throw refused(Reason.NOT_UTF8, "malformed UTF-8", at);
        }
        return at + length;
    }

    private void literal(String word, int kind) throws JsonRefused {
        int start = pos;
        for (int i = 0; i < word.length(); i++) {
            if (pos >= end || bytes[pos] != word.charAt(i)) {
                throw refused(Reason.NOT_JSON, "unknown literal", start);
            }
            pos++;
        }
        append(kind, start, pos, size + JsonDocument.WIDTH);
    }

    private void number() throws JsonRefused {
        int start = pos;
        if (peek() == '-') {
            pos++;
        }
        if (peek() == '0') {
            pos++;
        } else {
            digits();
        }
        if (peek() == '.') {
            pos++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            pos++;
            if (peek() == '+' || peek() == '-') {
                pos++;
            }
            digits();
        }
        if (pos - start > limits.numberBytesMax()) {
            throw refused(Reason.OVER_LIMIT, "number longer than " + limits.numberBytesMax() + " bytes", start);
        }
        append(JsonDocument.NUMBER, start, pos, size + JsonDocument.WIDTH);
    }

    private void digits() throws JsonRefused {
        int first = pos;
        while (pos < end && bytes[pos] >= '0' && bytes[pos] <= '9') {
            pos++;
        }
        if (pos == first) {
            byte found = pos < end ? bytes[pos] : 0;
            throw refused(
                    found < 0 ? Reason.NOT_UTF8 : Reason.NOT_JSON,
                    end == 0 ? "empty document" : "unexpected content",
                    pos);
        }
    }

    private int peekAfterBlank() {
        skipBlank();
        return peek();
    }

    private int peek() {
        return pos < end ? bytes[pos] : -1;
    }

    private void skipBlank() {
        while (pos < end && (bytes[pos] == ' ' || bytes[pos] == '\n' || bytes[pos] == '\r' || bytes[pos] == '\t')) {
            pos++;
        }
    }

    private void append(int kind, int start, int stop, int next) throws JsonRefused {
        if (size == limits.tokensMax() * (long) JsonDocument.WIDTH) {
            throw refused(Reason.OVER_LIMIT, "more than " + limits.tokensMax() + " values and names", start);
        }
        if (size == tape.length) {
            tape = Arrays.copyOf(tape, size * 2);
        }
        tape[size] = kind;
        tape[size + 1] = start;
        tape[size + 2] = stop;
        tape[size + 3] = next;
        size += JsonDocument.WIDTH;
    }

    private void refuseDuplicates(int object) throws JsonRefused {
        int members = 0;
        for (int key = object + JsonDocument.WIDTH; key < size; key = tape[key + JsonDocument.WIDTH + 3]) {
            members++;
        }
        if (members <= PAIRWISE_MEMBERS_MAX) {
            refuseDuplicatesPairwise(object);
        } else {
            refuseDuplicatesSorted(object, members);
        }
    }

    private void refuseDuplicatesPairwise(int object) throws JsonRefused {
        for (int key = object + JsonDocument.WIDTH; key < size; key = tape[key + JsonDocument.WIDTH + 3]) {
            for (int other = object + JsonDocument.WIDTH; other < key; other = tape[other + JsonDocument.WIDTH + 3]) {
                refuseIfSame(other, key);
            }
        }
    }

    private void refuseDuplicatesSorted(int object, int members) throws JsonRefused {
        long[] byHash = new long[members];
        int next = 0;
        for (int key = object + JsonDocument.WIDTH; key < size; key = tape[key + JsonDocument.WIDTH + 3]) {
            byHash[next++] = ((long) tape[key + 3] << 32) | key;
        }
        Arrays.sort(byHash);
        int run = 0;
        for (int i = 1; i < members; i++) {
            if (byHash[i] >> 32 != byHash[run] >> 32) {
                run = i;
                continue;
            }
            if (i - run >= COLLISIONS_MAX) {
                throw refused(Reason.OVER_LIMIT, "member names made to collide", tape[object + 1]);
            }
            for (int j = run; j < i; j++) {
                refuseIfSame((int) byHash[j], (int) byHash[i]);
            }
        }
    }

    private void refuseIfSame(int key, int other) throws JsonRefused {
        if (tape[key + 3] == tape[other + 3] && sameName(key, other)) {
            throw refused(Reason.DUPLICATE_NAME, "duplicate member name", tape[other + 1]);
        }
    }

    private boolean sameName(int key, int other) {
        int from = tape[key + 1] + 1;
        int to = tape[key + 2] - 1;
        int otherFrom = tape[other + 1] + 1;
        int otherTo = tape[other + 2] - 1;
        if (((tape[key] | tape[other]) & JsonDocument.ESCAPED) == 0) {
            return Arrays.equals(bytes, from, to, bytes, otherFrom, otherTo);
        }
        return JsonText.unescape(bytes, from, to).equals(JsonText.unescape(bytes, otherFrom, otherTo));
    }

    private static JsonRefused refused(Reason reason, String message, int offset) {
        return new JsonRefused(reason, message, offset);
    }
}
