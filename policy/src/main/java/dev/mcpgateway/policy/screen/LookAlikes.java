package dev.mcpgateway.policy.screen;

/**
 * Letters of other scripts that look like Latin ones. They are replaced only in tokens that hold Latin letters too: a
 * word that is all Cyrillic or all Greek is a word of that language.
 */
final class LookAlikes {

    /** A Cyrillic letter and the Latin one it looks like, and so on. */
    private static final String CYRILLIC =
            "\u0430a\u0432b\u044Cb\u0441c\u0501d\u0435e\u0454e\u043Dh\u04BBh\u0456i\u04CFi\u0458j"
                    + "\u043Ak\u043Cm\u043Eo\u0440p\u051Bq\u0433r\u0455s\u0442t\u0475v\u051Dw\u0445x\u0443y"
                    + "\u04AFy";

    /** The same for Greek letters. */
    private static final String GREEK = "\u03B1a\u03B2b\u03F2c\u03B5e\u03B9i\u03F3j\u03BAk\u03C5u\u03BDv\u03BFo\u03C1p"
            + "\u03C4t\u03C7x\u03B3y\u03B7n\u03B6z";

    /** The same for Armenian letters. */
    private static final String ARMENIAN = "\u0585o\u057Du\u0570h\u0578n\u0581g";

    private final char[] latin = new char[0x600];

    /** The table. */
    LookAlikes() {
        String pairs = CYRILLIC + GREEK + ARMENIAN;
        for (int i = 0; i < pairs.length(); i += 2) {
            latin[pairs.charAt(i)] = pairs.charAt(i + 1);
        }
    }

    /** The Latin letter that {@code c}, in lower case, looks like; 0 when none. */
    char latin(char c) {
        return c < latin.length ? latin[c] : 0;
    }
}
