package dev.mcpgateway.connectors.mcp;

/**
 * A tool's own name, or many of them: {@code *} stands for any characters, also none. Everything else is itself.
 *
 * @param text the pattern as written
 */
public record NamePattern(String text) {

    /** Longest pattern: a name and some asterisks. */
    public static final int CHARS_MAX = 256;

    /** Checks the length. */
    public NamePattern {
        if (text.isEmpty() || text.length() > CHARS_MAX) {
            throw new IllegalArgumentException("a pattern has 1 to " + CHARS_MAX + " characters");
        }
    }

    /** Whether the name is one of them. Time grows with the product of both lengths at most. */
    public boolean matches(String name) {
        int star = -1;
        int resume = 0;
        int p = 0;
        int n = 0;
        while (n < name.length()) {
            if (p < text.length() && text.charAt(p) == '*') {
                star = p++;
                resume = n;
            } else if (p < text.length() && text.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                // the last asterisk takes one character more; those before it need not be asked again
                p = star + 1;
                n = ++resume;
            } else {
                return false;
            }
        }
        while (p < text.length() && text.charAt(p) == '*') {
            p++;
        }
        return p == text.length();
    }
}
