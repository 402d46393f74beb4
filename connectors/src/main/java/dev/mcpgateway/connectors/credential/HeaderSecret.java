package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.HttpHeader;
import java.time.Instant;
import java.util.Optional;

/**
 * A secret that is sent in a header field: reading it refuses one that no header may carry, so that who looks at it before a
 * call finds what the call would. The refusal says what is wrong in words, and nothing of the value.
 *
 * @param prefix what stands before it; may be empty
 * @param source where it is kept
 */
public record HeaderSecret(String prefix, SecretSource source) implements SecretSource {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    @Override
    public Secret read() throws SecretUnavailable {
        Secret secret = source.read();
        String value = secret.expose();
        if (!HttpHeader.isFieldValue(prefix + value)) {
            throw new SecretUnavailable("secret " + source + " " + fault(value)
                    + ", which no header may carry: write it anew, as one line of visible ASCII");
        }
        return secret;
    }

    private static String fault(String value) {
        if (value.startsWith(BYTE_ORDER_MARK)) {
            return "begins with a byte order mark (UTF-8 with BOM)";
        }
        if (isLineEnd(value.charAt(value.length() - 1))) {
            return "ends with a line end (of a file one is taken off, and no more)";
        }
        if (value.chars().anyMatch(HeaderSecret::isLineEnd)) {
            return "has more than one line";
        }
        if (isBlank(value.charAt(value.length() - 1))) {
            return "has a blank at its end";
        }
        if (isBlank(value.charAt(0))) {
            return "has a blank at its start";
        }
        return value.chars().anyMatch(c -> c > 0x7F) ? "has a character that is not ASCII" : "has a control character";
    }

    private static boolean isLineEnd(int c) {
        return c == '\n' || c == '\r';
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    @Override
    public void refresh() {
        source.refresh();
    }

    @Override
    public Optional<Instant> since() {
        return source.since();
    }

    @Override
    public String toString() {
        return source.toString();
    }
}
