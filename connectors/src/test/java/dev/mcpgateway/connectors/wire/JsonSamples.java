package dev.mcpgateway.connectors.wire;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Random JSON documents, and random damage to them. */
final class JsonSamples {
    private static final String[] NAMES = {
        "a", "b", "id", "name", "_meta", "n\\u0061me", "é", "\\u00e9", "", "a b", "\\n", "😀"
    };
    private static final String[] STRINGS = {
        "",
        "x",
        "hello world",
        "\\\"",
        "\\\\",
        "\\/",
        "\\b\\f\\n\\r\\t",
        "\\u0041",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\u0000",
        "é",
        "世界",
        "😀",
        "\u007f",
        "\u2028",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\n",
        "1.10"
    };
    private static final String[] NUMBERS = {
        "0",
        "-0",
        "-0.0",
        "1",
        "-1",
        "10",
        "1.10",
        "12345678901234567890",
        "1e400",
        "1E-5",
        "1e+5",
        "0.1234567890123456789",
        "9007199254740993"
    };
    private static final String[] BLANKS = {"", "", "", " ", "\n", "\t", "\r\n", "   "};

    private final Random random;

    JsonSamples(Random random) {
        this.random = random;
    }

    /** A well-formed document, now and then with a name twice. */
    byte[] document() {
        StringBuilder text = new StringBuilder();
        blank(text);
        value(text, 5);
        blank(text);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void value(StringBuilder text, int depth) {
        int kind = random.nextInt(depth > 0 ? 8 : 5);
        switch (kind) {
            case 0 -> text.append(pick(NUMBERS));
            case 1, 2 -> text.append('"').append(pick(STRINGS)).append('"');
            case 3 -> text.append(random.nextBoolean());
            case 4 -> text.append("null");
            case 5 -> array(text, depth);
            default -> object(text, depth);
        }
    }

    private void array(StringBuilder text, int depth) {
        text.append('[');
        blank(text);
        int size = random.nextInt(5);
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                text.append(',');
            }
            blank(text);
            value(text, depth - 1);
            blank(text);
        }
        text.append(']');
    }

    private void object(StringBuilder text, int depth) {
        text.append('{');
        blank(text);
        int size = random.nextInt(10) == 0 ? 20 : random.nextInt(5);
        for (int i = 0; i < size; i++) {
            if (i > 0) {
                text.append(',');
            }
            blank(text);
            boolean own = random.nextInt(4) > 0;
            text.append('"').append(own ? "m" + i : pick(NAMES)).append('"');
            blank(text);
            text.append(':');
            blank(text);
            value(text, depth - 1);
            blank(text);
        }
        text.append('}');
    }

    private void blank(StringBuilder text) {
        text.append(pick(BLANKS));
    }

    private String pick(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** The document with some bytes changed, dropped, doubled or inserted. */
    byte[] damaged(byte[] document) {
        byte[] bytes = document.clone();
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && bytes.length > 0; i++) {
            bytes = damagedOnce(bytes);
        }
        return bytes;
    }

    private byte[] damagedOnce(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        byte other = (byte)
                (random.nextBoolean()
                        ? random.nextInt(256)
                        : "{}[]\",:\\0123456789eE+-.untrfalse \n".charAt(random.nextInt(33)));
        return switch (random.nextInt(4)) {
            case 0 -> {
                byte[] changed = bytes.clone();
                changed[at] = other;
                yield changed;
            }
            case 1 -> concat(slice(bytes, 0, at), slice(bytes, at + 1, bytes.length));
            case 2 -> concat(slice(bytes, 0, at), concat(new byte[] {other}, slice(bytes, at, bytes.length)));
            default -> concat(slice(bytes, 0, at), slice(bytes, random.nextInt(at + 1), bytes.length));
        };
    }

    private static byte[] slice(byte[] bytes, int from, int to) {
        return java.util.Arrays.copyOfRange(bytes, from, to);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] all = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}
