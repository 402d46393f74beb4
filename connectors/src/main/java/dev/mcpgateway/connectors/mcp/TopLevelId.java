package dev.mcpgateway.connectors.mcp;

import java.util.OptionalLong;

/**
 * Finds the integer {@code id} of a JSON-RPC message that is too long to keep, byte by byte and without keeping it, so
 * that the one call it belongs to can be told. Guesses nothing: without a plain {@code "id": 123} at the top level there
 * is no id.
 */
final class TopLevelId {
    private static final int DIGITS_MAX = 18;

    /** Longer tokens are neither the name nor the value that is looked for. */
    private static final int TOKEN_CHARS_MAX = 24;

    private final StringBuilder token = new StringBuilder(TOKEN_CHARS_MAX + 2);
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean afterIdName;
    private long id = -1;

    /** Looks at more bytes of the message. */
    void scan(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            next((char) (bytes[i] & 0xFF));
        }
    }

    private void next(char c) {
        if (inString) {
            inString(c);
            return;
        }
        switch (c) {
            case '"' -> {
                inString = true;
                token.setLength(0);
            }
            case '{', '[' -> {
                endOfValue();
                depth++;
            }
            case '}', ']' -> {
                endOfValue();
                depth--;
            }
            case ',' -> endOfValue();
            case ':' -> {
                afterIdName = depth == 1 && token.toString().equals("\"id\"");
                token.setLength(0);
            }
            case ' ', '\t', '\r' -> {
                // between tokens
            }
            default -> keep(c);
        }
    }

    private void inString(char c) {
        if (escaped) {
            escaped = false;
        } else if (c == '\\') {
            escaped = true;
        } else if (c == '"') {
            inString = false;
            // quoted again, so that the string "1" is no number and the name id no literal
            String text = token.toString();
            token.setLength(0);
            token.append('"').append(text).append('"');
            return;
        }
        keep(c);
    }

    private void keep(char c) {
        if (token.length() < TOKEN_CHARS_MAX) {
            token.append(c);
        }
    }

    private void endOfValue() {
        if (afterIdName && depth == 1 && token.toString().matches("[1-9][0-9]{0," + (DIGITS_MAX - 1) + "}")) {
            id = Long.parseLong(token.toString());
        }
        afterIdName = false;
        token.setLength(0);
    }

    /** The id seen so far. */
    OptionalLong id() {
        return id < 0 ? OptionalLong.empty() : OptionalLong.of(id);
    }
}
