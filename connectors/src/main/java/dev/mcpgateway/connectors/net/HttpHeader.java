package dev.mcpgateway.connectors.net;

/**
 * One request header field, checked so that nothing in it can end the field (T26).
 *
 * @param name a token (RFC 9110 section 5.6.2)
 * @param value visible ASCII with inner spaces and tabs, no blanks at the ends (RFC 9110 section 5.5); other text must
 *     be encoded before
 */
public record HttpHeader(String name, String value) {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    /** Checks both parts. The message never quotes the value, which may be a secret. */
    public HttpHeader {
        if (!isToken(name)) {
            throw new IllegalArgumentException("not a header name");
        }
        if (!isFieldValue(value)) {
            throw new IllegalArgumentException(
                    "the value of header " + name + " has a character that no header may have");
        }
    }

    /** Whether {@code text} is a token of RFC 9110. */
    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenChar(text.charAt(i))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether {@code text} can be a field value as it stands. The empty text can. */
    public static boolean isFieldValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean blank = c == ' ' || c == '\t';
            if (blank ? i == 0 || i == text.length() - 1 : c < 0x21 || c > 0x7E) {
                return false;
            }
        }
        return true;
    }

    static boolean isTokenChar(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || (c > 0 && TOKEN_MARKS.indexOf(c) >= 0);
    }

    /** The name alone: a value may be a secret. */
    @Override
    public String toString() {
        return name + ": …";
    }
}
