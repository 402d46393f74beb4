package dev.mcpgateway.policy.screen;

/**
 * An escape sequence of a terminal (ECMA-48), consumed so that it cannot break a word, and asked whether it conceals what
 * follows. Only the sequence is consumed, never text that it merely introduces: what a terminal swallows, a model reads.
 *
 * @param hasFinal the sequence ended with a final letter, on which the reader stands now
 * @param conceals SGR 8
 * @param reveals SGR 0, SGR 28 or an empty SGR
 */
record AnsiSequence(boolean hasFinal, boolean conceals, boolean reveals) {

    private static final AnsiSequence BARE = new AnsiSequence(false, false, false);

    /** Characters of the parameters of one sequence; a longer one is not a sequence. */
    private static final int PARAMETERS_MAX = 64;

    /** Reads the rest of the sequence whose ESC or CSI the reader stands on. */
    static AnsiSequence read(EscapedText reader) {
        if (reader.codePoint() == 0x9B || reader.nextIf(c -> c == '[')) {
            return control(reader);
        }
        boolean designates = reader.nextIf(c -> c == '(' || c == ')');
        if (designates && reader.nextIf(c -> c >= '0' && c <= 'Z')) {
            return new AnsiSequence(true, false, false);
        }
        reader.nextIf(c -> c == ']' || c == '\\');
        return BARE;
    }

    private static AnsiSequence control(EscapedText reader) {
        StringBuilder parameters = new StringBuilder();
        while (parameters.length() < PARAMETERS_MAX && reader.nextIf(c -> c > ' ' && c <= '?')) {
            parameters.appendCodePoint(reader.codePoint());
        }
        if (!reader.nextIf(c -> (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) {
            return BARE;
        }
        return reader.codePoint() == 'm' ? rendition(parameters.toString()) : new AnsiSequence(true, false, false);
    }

    private static AnsiSequence rendition(String parameters) {
        boolean conceals = false;
        boolean reveals = false;
        int start = 0;
        while (start <= parameters.length()) {
            int end = parameters.indexOf(';', start);
            end = end < 0 ? parameters.length() : end;
            switch (parameters.substring(start, end)) {
                case "8", "08" -> conceals = true;
                case "", "0", "00", "28" -> reveals = true;
                default -> {}
            }
            start = end + 1;
        }
        return new AnsiSequence(true, conceals, reveals && !conceals);
    }
}
