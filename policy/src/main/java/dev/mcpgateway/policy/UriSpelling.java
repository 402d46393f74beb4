package dev.mcpgateway.policy;

/**
 * Tells URIs that a server may take for another resource than the one they spell. A pattern cannot judge those: what
 * {@code file:///docs/*} matches must not lead out of {@code /docs/}.
 *
 * <p>Three forms. A segment of nothing but two or more dots, whatever stands around it, also when that is percent-encoded.
 * A percent-encoded letter, digit, {@code - . _ ~} (RFC 3986 section 2.3: never necessary), however often encoded again,
 * since a server that decodes it sees other text than the pattern saw. A percent-encoded character in more bytes of UTF-8
 * than it needs.
 */
final class UriSpelling {

    private static final int NONE = -1;

    private final String uri;
    private int at;
    private boolean segmentStarts = true;
    private int lastByte = NONE;

    private UriSpelling(String uri) {
        this.uri = uri;
    }

    /** True when {@code uri} has one of these forms. Takes time linear in its length. */
    static boolean isIndirect(String uri) {
        return (uri.contains("..") || uri.indexOf('%') >= 0) && new UriSpelling(uri).isIndirect();
    }

    private boolean isIndirect() {
        while (at < uri.length()) {
            char c = uri.charAt(at);
            boolean indirect = c == '%' ? isNeedless() : c == '.' && segmentStarts && isSegmentOfDots();
            if (indirect) {
                return true;
            }
            if (c != '%') {
                segmentStarts = !isUnreserved(c);
                lastByte = NONE;
                at++;
            }
        }
        return false;
    }

    private boolean isSegmentOfDots() {
        int end = at;
        while (end < uri.length() && uri.charAt(end) == '.') {
            end++;
        }
        return end - at >= 2 && (end == uri.length() || !isUnreserved(uri.charAt(end)));
    }

    /** Goes past an encoded byte, or past a percent sign that encodes none. */
    private boolean isNeedless() {
        at++;
        while (uri.startsWith("25", at)) {
            at += 2;
        }
        segmentStarts = true;
        int value = hex(at) < 0 || hex(at + 1) < 0 ? NONE : hex(at) * 16 + hex(at + 1);
        boolean overlong = value == 0xC0
                || value == 0xC1
                || (lastByte == 0xE0 && value >= 0x80 && value <= 0x9F)
                || (lastByte == 0xF0 && value >= 0x80 && value <= 0x8F);
        lastByte = value;
        at += value == NONE ? 0 : 2;
        return overlong || (value != NONE && isUnreserved((char) value));
    }

    private int hex(int index) {
        return index < uri.length() && uri.charAt(index) < 0x80 ? Character.digit(uri.charAt(index), 16) : NONE;
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
