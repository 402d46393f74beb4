package dev.mcpgateway.policy.screen;

import java.util.function.IntPredicate;

/**
 * Reads a text code point by code point and resolves JSON escapes on the way, because a string may hold JSON once more:
 * {@code \n}, {@code \"}, {@code \}{@code u0041} in the text count as what they stand for. A lone surrogate reads as
 * U+FFFD.
 */
final class EscapedText {

    private static final int END = -1;

    private final String text;
    private int start;
    private int end;
    private int codePoint = END;

    EscapedText(String text) {
        this.text = text;
    }

    /** Moves to the next code point; false at the end. */
    boolean next() {
        start = end;
        codePoint = read(end);
        return codePoint != END;
    }

    /** Moves on if the next code point passes {@code test}. */
    boolean nextIf(IntPredicate test) {
        Mark here = mark();
        if (next() && test.test(codePoint)) {
            return true;
        }
        reset(here);
        return false;
    }

    /** A place to come back to. */
    record Mark(int start, int end, int codePoint) {}

    Mark mark() {
        return new Mark(start, end, codePoint);
    }

    void reset(Mark mark) {
        start = mark.start();
        end = mark.end();
        codePoint = mark.codePoint();
    }

    /** The next code point without moving; -1 at the end. */
    int peek() {
        int savedEnd = end;
        int next = read(end);
        end = savedEnd;
        return next;
    }

    /** The code point moved to. */
    int codePoint() {
        return codePoint;
    }

    /** Where it begins in the text. */
    int start() {
        return start;
    }

    /** Where it ends in the text. */
    int end() {
        return end;
    }

    private int read(int from) {
        if (from >= text.length()) {
            return END;
        }
        int first = unit(from);
        if (!Character.isSurrogate((char) first)) {
            return first;
        }
        if (Character.isHighSurrogate((char) first) && end < text.length()) {
            int afterFirst = end;
            int second = unit(end);
            if (Character.isLowSurrogate((char) second)) {
                return Character.toCodePoint((char) first, (char) second);
            }
            end = afterFirst;
        }
        return 0xFFFD;
    }

    /** One UTF-16 unit, written as itself or as an escape; moves {@link #end}. */
    private int unit(int from) {
        char c = text.charAt(from);
        end = from + 1;
        if (c != '\\' || end == text.length()) {
            return c;
        }
        int escaped = switch (text.charAt(end)) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b', 'f' -> ' ';
            case '"' -> '"';
            case '/' -> '/';
            case '\\' -> '\\';
            case 'u' -> hexadecimal(end + 1);
            default -> END;
        };
        if (escaped == END) {
            return c;
        }
        end += text.charAt(end) == 'u' ? 5 : 1;
        return escaped;
    }

    private int hexadecimal(int from) {
        if (from + 4 > text.length()) {
            return END;
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0 || text.charAt(i) >= 0x80) {
                return END;
            }
            value = value * 16 + digit;
        }
        return value;
    }
}
