package dev.mcpgateway.connectors.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** JSON strings: from bytes to text and back. */
public final class JsonText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private JsonText() {}

    /** The text as a JSON string literal with quotes. Control characters and U+2028/2029 are escaped. */
    public static byte[] quote(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
        out.write('"');
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            escape(out, point);
        }
        out.write('"');
        return out.toByteArray();
    }

    private static void escape(ByteArrayOutputStream out, int point) {
        switch (point) {
            case '"' -> out.writeBytes(new byte[] {'\\', '"'});
            case '\\' -> out.writeBytes(new byte[] {'\\', '\\'});
            case '\n' -> out.writeBytes(new byte[] {'\\', 'n'});
            case '\r' -> out.writeBytes(new byte[] {'\\', 'r'});
            case '\t' -> out.writeBytes(new byte[] {'\\', 't'});
            default -> {
                boolean unsafe = point < 0x20 || point == 0x7F || point == 0x2028 || point == 0x2029;
                if (unsafe || Character.getType(point) == Character.SURROGATE) {
                    unicodeEscape(out, point);
                } else if (point < 0x80) {
                    out.write(point);
                } else {
                    out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private static void unicodeEscape(ByteArrayOutputStream out, int unit) {
        out.write('\\');
        out.write('u');
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.write(HEX[(unit >> shift) & 0xF]);
        }
    }

    /** Decodes the inside of a valid string literal. Half a surrogate pair becomes U+FFFD. */
    static String unescape(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        int at = from;
        while (at < to) {
            if (bytes[at] != '\\') {
                int run = at;
                while (run < to && bytes[run] != '\\') {
                    run++;
                }
                text.append(new String(bytes, at, run - at, StandardCharsets.UTF_8));
                at = run;
            } else if (bytes[at + 1] == 'u') {
                text.append((char) hex4(bytes, at + 2));
                at += 6;
            } else {
                text.append(simpleEscape(bytes[at + 1]));
                at += 2;
            }
        }
        return withoutLoneSurrogates(text);
    }

    private static char simpleEscape(byte escape) {
        return switch (escape) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) escape;
        };
    }

    static int hex4(byte[] bytes, int at) {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 4) | Character.digit(bytes[at + i], 16);
        }
        return value;
    }

    private static String withoutLoneSurrogates(StringBuilder text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (!Character.isSurrogate(unit)) {
                continue;
            }
            boolean pair = Character.isHighSurrogate(unit)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else {
                text.setCharAt(i, '\uFFFD');
            }
        }
        return text.toString();
    }

    /** The hash of a decoded member name; collisions only cost a comparison. */
    static int hash(byte[] bytes, int from, int to) {
        int hash = 0x811C9DC5;
        for (int i = from; i < to; i++) {
            hash = (hash ^ bytes[i]) * 0x01000193;
        }
        return hash;
    }
}
