package dev.mcpgateway.connectors.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One strictly parsed JSON text (RFC 8259) as an index over its unchanged bytes.
 *
 * <p>A <em>node</em> is an {@code int} handle of a value; {@link #NONE} stands for "absent". Nothing is copied or
 * converted: numbers keep their digits, strings their escapes, objects their order, so what was checked is what is
 * forwarded. Made by {@link StrictJson} only; immutable as long as nobody writes into {@link #bytes()}, which nobody
 * does.
 */
public final class JsonDocument {
    /** The node that stands for an absent value. */
    public static final int NONE = -1;

    /** The root value. */
    public static final int ROOT = 0;

    /** Kind of a value. */
    public enum Kind {
        /** {@code {…}}. */
        OBJECT,
        /** {@code […]}. */
        ARRAY,
        /** A string. */
        STRING,
        /** A number. */
        NUMBER,
        /** {@code true}. */
        TRUE,
        /** {@code false}. */
        FALSE,
        /** {@code null}. */
        NULL
    }

    // One token is four ints: kind and flags, start, end, next. Member names stand before their value; their fourth
    // int is a hash of the decoded name instead of a link.
    static final int WIDTH = 4;
    static final int KIND_MASK = 0xF;
    static final int OBJECT = 0;
    static final int ARRAY = 1;
    static final int STRING = 2;
    static final int NUMBER = 3;
    static final int TRUE = 4;
    static final int FALSE = 5;
    static final int NULL = 6;
    static final int NAME = 7;
    static final int ESCAPED = 0x10;
    static final int NON_ASCII = 0x20;

    private static final Kind[] KINDS = {
        Kind.OBJECT, Kind.ARRAY, Kind.STRING, Kind.NUMBER, Kind.TRUE, Kind.FALSE, Kind.NULL
    };

    private final byte[] bytes;
    private final int[] tape;
    private final int depth;

    JsonDocument(byte[] bytes, int[] tape, int depth) {
        this.bytes = bytes;
        this.tape = tape;
        this.depth = depth;
    }

    /** Levels of objects and arrays in the whole document; 0 for a single value. */
    public int depth() {
        return depth;
    }

    /** Levels of objects and arrays in a value, itself included; takes no stack, however deep they are. */
    public int depth(int node) {
        int[] ends = new int[16];
        int level = 0;
        int deepest = 0;
        int end = isContainer(node) ? tape[node + 3] : node;
        for (int at = node; at < end; at += WIDTH) {
            while (level > 0 && ends[level - 1] <= at) {
                level--;
            }
            if (isContainer(at)) {
                ends = level == ends.length ? Arrays.copyOf(ends, level * 2) : ends;
                ends[level++] = tape[at + 3];
                deepest = Math.max(deepest, level);
            }
        }
        return deepest;
    }

    private boolean isContainer(int token) {
        int kind = tape[token] & KIND_MASK;
        return kind == OBJECT || kind == ARRAY;
    }

    /** The document as received. Not a copy. */
    @SuppressWarnings("EI_EXPOSE_REP")
    public byte[] bytes() {
        return bytes;
    }

    /** Kind of the value. */
    public Kind kind(int node) {
        return KINDS[tape[node] & KIND_MASK];
    }

    /** Whether the node is present and of that kind. */
    public boolean is(int node, Kind kind) {
        return node != NONE && kind(node) == kind;
    }

    /** Offset of the first byte of the value (the opening quote, brace or bracket). */
    public int start(int node) {
        return tape[node + 1];
    }

    /** Offset behind the last byte of the value. */
    public int end(int node) {
        return tape[node + 2];
    }

    /** Number of bytes of the value as written. */
    public int length(int node) {
        return end(node) - start(node);
    }

    /** The first element of an array or the first member's value of an object; {@link #NONE} if empty. */
    public int first(int container) {
        int child = container + WIDTH;
        if (child >= tape[container + 3]) {
            return NONE;
        }
        return isName(child) ? child + WIDTH : child;
    }

    /** The value after {@code node} in the same container, or {@link #NONE}. */
    public int next(int container, int node) {
        int sibling = tape[node + 3];
        if (sibling >= tape[container + 3]) {
            return NONE;
        }
        return isName(sibling) ? sibling + WIDTH : sibling;
    }

    /** The value of the member called {@code name}, or {@link #NONE} when {@code object} is no object or has none. */
    public int member(int object, Name name) {
        if (!is(object, Kind.OBJECT)) {
            return NONE;
        }
        int end = tape[object + 3];
        for (int key = object + WIDTH; key < end; key = tape[key + WIDTH + 3]) {
            if (tape[key + 3] == name.hash && nameEquals(key, name)) {
                return key + WIDTH;
            }
        }
        return NONE;
    }

    /** The value at a path of member names, or {@link #NONE}. */
    public int at(Name... path) {
        int node = ROOT;
        for (Name name : path) {
            node = member(node, name);
        }
        return node;
    }

    /** The decoded name of the member whose value is {@code node}. Only for values of an object. */
    public String name(int node) {
        return decode(node - WIDTH);
    }

    /** Start offset of the quoted name of the member whose value is {@code node}. */
    public int nameStart(int node) {
        return tape[node - WIDTH + 1];
    }

    /** End offset (behind the closing quote) of the name of the member whose value is {@code node}. */
    public int nameEnd(int node) {
        return tape[node - WIDTH + 2];
    }

    /** Whether {@code node} is the value of a member called {@code name}. Only for values of an object. */
    public boolean isNamed(int node, Name name) {
        int key = node - WIDTH;
        return tape[key + 3] == name.hash && nameEquals(key, name);
    }

    /** The decoded text of a string. Half a surrogate pair, where let through, decodes to U+FFFD. */
    public String string(int node) {
        if (!is(node, Kind.STRING)) {
            throw new IllegalArgumentException("not a string");
        }
        return decode(node);
    }

    /** Whether the node is a string with exactly this decoded text. */
    public boolean stringEquals(int node, Name text) {
        if (!is(node, Kind.STRING)) {
            return false;
        }
        if ((tape[node] & ESCAPED) != 0) {
            return decode(node).equals(text.text);
        }
        return Arrays.equals(bytes, start(node) + 1, end(node) - 1, text.utf8, 0, text.utf8.length);
    }

    /** The value as written, as UTF-8 text. */
    public String raw(int node) {
        return new String(bytes, start(node), length(node), StandardCharsets.UTF_8);
    }

    /** A copy of the bytes of the value as written. */
    public byte[] rawBytes(int node) {
        return Arrays.copyOfRange(bytes, start(node), end(node));
    }

    /** Number of members or elements. Linear. */
    public int size(int container) {
        int size = 0;
        for (int child = first(container); child != NONE; child = next(container, child)) {
            size++;
        }
        return size;
    }

    private boolean isName(int token) {
        return (tape[token] & KIND_MASK) == NAME;
    }

    private boolean nameEquals(int key, Name name) {
        if ((tape[key] & ESCAPED) != 0) {
            return decode(key).equals(name.text);
        }
        return Arrays.equals(bytes, tape[key + 1] + 1, tape[key + 2] - 1, name.utf8, 0, name.utf8.length);
    }

    private String decode(int token) {
        int from = tape[token + 1] + 1;
        int to = tape[token + 2] - 1;
        int flags = tape[token];
        if ((flags & ESCAPED) != 0) {
            return JsonText.unescape(bytes, from, to);
        }
        // ISO 8859-1 equals ASCII here and is a plain copy
        return new String(
                bytes,
                from,
                to - from,
                (flags & NON_ASCII) == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
    }

    /** A member name or text, prepared once for comparisons against the bytes. */
    public static final class Name {
        private final String text;
        private final byte[] utf8;
        private final int hash;

        private Name(String text) {
            this.text = text;
            this.utf8 = text.getBytes(StandardCharsets.UTF_8);
            this.hash = JsonText.hash(utf8, 0, utf8.length);
        }

        /** Prepares a name. */
        public static Name of(String text) {
            return new Name(text);
        }

        /** The name itself. */
        public String text() {
            return text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
