package dev.mcpgateway.gateway.model.guard;

/**
 * A text with its escapes resolved as readers do who take more than JSON (JSON5, literals of JavaScript and Python): what
 * stands in arguments that are no strict JSON reaches their tool so.
 */
final class LenientText {
    private final String text;
    private final StringBuilder read;
    private int at;

    private LenientText(String text) {
        this.text = text;
        this.read = new StringBuilder(text.length());
    }

    /** The text as such a reader has it; the very same when it has no escapes. Never fails. */
    static String of(String text) {
        return text.indexOf('\\') < 0 ? text : new LenientText(text).read();
    }

    private String read() {
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '\\' && at < text.length()) {
                escaped(text.charAt(at++));
            } else {
                read.append(c);
            }
        }
        return read.toString();
    }

    private void escaped(char c) {
        switch (c) {
            case 'b' -> read.append('\b');
            case 'f' -> read.append('\f');
            case 'n' -> read.append('\n');
            case 'r' -> read.append('\r');
            case 't' -> read.append('\t');
            case 'v' -> read.append('\u000b');
            case 'x' -> number(c, 2, 16);
            case 'u' -> {
                if (at < text.length() && text.charAt(at) == '{') {
                    braced();
                } else {
                    number(c, 4, 16);
                }
            }
            case 'U' -> number(c, 8, 16);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                at--;
                octal();
            }
            case '\r' -> {
                if (at < text.length() && text.charAt(at) == '\n') {
                    at++;
                }
            }
            case '\n', '\u2028', '\u2029' -> {} // a line that goes on
            default -> read.append(c);
        }
    }

    private void number(char escape, int digits, int radix) {
        int end = at;
        while (end < text.length() && end < at + digits && Character.digit(text.charAt(end), radix) >= 0) {
            end++;
        }
        if (end == at + digits) {
            point(text.substring(at, end), radix);
            at = end;
        } else {
            read.append(escape);
        }
    }

    private void braced() {
        int end = at + 1;
        while (end < text.length() && end < at + 9 && Character.digit(text.charAt(end), 16) >= 0) {
            end++;
        }
        boolean isNumber = end > at + 1 && end < text.length() && text.charAt(end) == '}';
        if (isNumber) {
            point(text.substring(at + 1, end), 16);
            at = end + 1;
        } else {
            read.append('u');
        }
    }

    private void octal() {
        int end = at;
        while (end < text.length() && end < at + 3 && Character.digit(text.charAt(end), 8) >= 0) {
            end++;
        }
        point(text.substring(at, end), 8);
        at = end;
    }

    private void point(String digits, int radix) {
        long point = Long.parseLong(digits, radix);
        read.appendCodePoint(point <= Character.MAX_CODE_POINT ? (int) point : 0xFFFD);
    }
}
