package dev.mcpgateway.connectors.mcp;

/** Text of others, made safe for a log line or a message: one line, printable ASCII, bounded (T24). */
public final class Printable {
    private Printable() {}

    /** At most {@code charsMax} characters of the text; everything but printable ASCII as {@code \}{@code uXXXX}. */
    public static String of(String text, int charsMax) {
        StringBuilder safe = new StringBuilder(Math.min(text.length(), charsMax) + 8);
        for (int i = 0; i < text.length() && i < charsMax; i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7F && c != '\\') {
                safe.append(c);
            } else {
                safe.append(String.format("\\u%04x", (int) c));
            }
        }
        return text.length() > charsMax ? safe.append("...").toString() : safe.toString();
    }
}
