package dev.mcpgateway.policy;

import java.util.regex.Pattern;

/**
 * Tells URIs that a server may take for another resource than the one they spell. A pattern cannot judge those: what
 * {@code file:///docs/*} matches must not lead out of {@code /docs/}.
 */
final class UriSpelling {

    /**
     * Three forms. A segment of nothing but two or more dots, whatever ends it. A percent-encoded letter, digit,
     * {@code - . _ ~} (RFC 3986 section 2.3: never necessary), however often encoded again, since a server that decodes it
     * sees other text than the pattern saw. The first bytes of UTF-8 forms that are longer than they need be.
     */
    private static final Pattern INDIRECT = Pattern.compile(
            "(?<![\\w.~-])\\.{2,}(?![\\w.~-])"
                    + "|%(?:25)*+(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])"
                    + "|%(?:25)*+(?:C[01]|E0%(?:25)*+[89]|F0%(?:25)*+8)",
            Pattern.CASE_INSENSITIVE);

    private UriSpelling() {}

    /** True when {@code uri} has one of these forms. Takes time linear in its length. */
    static boolean isIndirect(String uri) {
        return (uri.contains("..") || uri.indexOf('%') >= 0)
                && INDIRECT.matcher(uri).find();
    }
}
