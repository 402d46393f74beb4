package dev.mcpgateway.policy.screen;

import java.nio.charset.StandardCharsets;

/** Writes a string as a JSON string literal (RFC 8259 section 7). */
final class JsonText {

    private JsonText() {}

    /** The literal in UTF-8, quotes included; control characters and lone surrogates as escapes. */
    static byte[] literal(String text) {
        StringBuilder literal = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                literal.append('\\').append(c);
            } else if (c < 0x20 || isLoneSurrogate(text, i)) {
                literal.append(String.format("\\u%04x", (int) c));
            } else {
                literal.append(c);
            }
        }
        return literal.append('"').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isLoneSurrogate(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }
}
