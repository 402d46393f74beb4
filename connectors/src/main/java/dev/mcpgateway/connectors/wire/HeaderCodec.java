package dev.mcpgateway.connectors.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Text in the header fields {@code Mcp-Name} and {@code Mcp-Param-*} (MCP 2026-07-28, Streamable HTTP, "Value
 * Encoding"): plain where every reader agrees on it, otherwise Base64 of its UTF-8 between exact markers.
 */
public final class HeaderCodec {
    private static final String OPEN = "=?base64?";
    private static final String CLOSE = "?=";

    private HeaderCodec() {}

    /** The field value for a text. Always visible ASCII with inner blanks. */
    public static String encode(String text) {
        if (isPlain(text) && !(text.startsWith(OPEN) && text.endsWith(CLOSE))) {
            return text;
        }
        return OPEN + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)) + CLOSE;
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean blank = c == ' ' || c == '\t';
            if (blank ? i == 0 || i == text.length() - 1 : c < 0x21 || c > 0x7E) {
                return false;
            }
        }
        return true;
    }

    /**
     * The text of a field value whose outer blanks were removed. A value without both markers is the text itself.
     *
     * @return empty when what stands between the markers is not canonical Base64 of well-formed UTF-8
     */
    public static Optional<String> decode(String value) {
        boolean marked =
                value.length() >= OPEN.length() + CLOSE.length() && value.startsWith(OPEN) && value.endsWith(CLOSE);
        if (!marked) {
            return isPlain(value) ? Optional.of(value) : Optional.empty();
        }
        String encoded = value.substring(OPEN.length(), value.length() - CLOSE.length());
        try {
            byte[] bytes = Base64.getDecoder().decode(encoded);
            // the JDK takes missing padding and stray bits; two spellings of one text would be two texts for others
            if (!Base64.getEncoder().encodeToString(bytes).equals(encoded)) {
                return Optional.empty();
            }
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            return Optional.empty();
        }
    }
}
