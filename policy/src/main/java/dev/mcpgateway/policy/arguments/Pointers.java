package dev.mcpgateway.policy.arguments;

/** JSON pointers and names made fit for a message: bounded, one line, printable. */
final class Pointers {

    /** Characters of a pointer in a message; names in it come from the agent. */
    static final int POINTER_CHARS_MAX = 200;

    /** Characters of a name or a schema value quoted in a message. */
    static final int QUOTE_CHARS_MAX = 120;

    private Pointers() {}

    /** The pointer of a member of the root. */
    static String ofMember(String name) {
        return shortened("/" + name.replace("~", "~0").replace("/", "~1"));
    }

    static String shortened(String pointer) {
        return printable(pointer, POINTER_CHARS_MAX);
    }

    static String quoted(String text) {
        return "'" + printable(text, QUOTE_CHARS_MAX) + "'";
    }

    static String printable(String text, int charsMax) {
        StringBuilder printable = new StringBuilder(Math.min(text.length(), charsMax));
        for (int i = 0; i < text.length(); i++) {
            if (printable.length() >= charsMax) {
                return printable.append('…').toString();
            }
            char c = text.charAt(i);
            int type = Character.getType(c);
            boolean shown = type != Character.CONTROL
                    && type != Character.FORMAT
                    && type != Character.SURROGATE
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            printable.append(shown ? c : '\uFFFD');
        }
        return printable.toString();
    }
}
