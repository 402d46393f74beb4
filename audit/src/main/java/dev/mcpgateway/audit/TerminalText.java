package dev.mcpgateway.audit;

/** Text that cannot steer a terminal: what a log or a file says is shown, never obeyed. */
final class TerminalText {
    private TerminalText() {}

    /** The text with control, format and line-separating characters and lone surrogates as JSON escapes. */
    static String safe(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (isInvisible(point)) {
                Character.toString(point).chars().forEach(unit -> out.append("\\u%04x".formatted(unit)));
            } else {
                out.appendCodePoint(point);
            }
        });
        return out.toString();
    }

    /** C0, DEL, C1, bidi and other format controls, U+2028, U+2029 and halves of surrogate pairs. */
    static boolean isInvisible(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
