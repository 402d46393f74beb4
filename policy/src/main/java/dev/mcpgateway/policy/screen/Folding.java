package dev.mcpgateway.policy.screen;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;

/**
 * What a character looks like to a reader of plain Latin text: compatibility forms decomposed (Unicode NFKD), marks
 * dropped, lower case, quotes and dashes straightened, decorative alphabets undone.
 *
 * <p>A table over the Basic Multilingual Plane, built once: folding a text must cost a table look-up per character.
 */
final class Folding {

    /** Most characters one code point folds to; U+FDFA, which decomposes into 18, stays itself. */
    private static final int EXPANSION_MAX = 4;

    /** Folds to nothing. */
    static final char DROPPED = 0xFFFF;

    /** Folds to several characters, to be found in {@link #several}. */
    static final char SEVERAL = 0xFFFE;

    private static final String FANCY =
            "\u2018'\u2019'\u201A'\u201B'\u2032'\u2035'\u02B9'\u02BC'\u201C\"\u201D\"\u201E\"\u201F\"\u2033\"\u00AB\"\u00BB\""
                    + "\u2010-\u2011-\u2012-\u2013-\u2014-\u2015-\u2212-\u2043-\u2044/\u2215/\u2024.\u3002.\u3001,\u0131i\u0251a"
                    + "\u0261g\u00F8o\u00D8o\u0142l\u0141l\u0111d\u0110d\u0127h\u0167t\u1D00a\u0299b\u1D04c\u1D05d\u1D07e\uA730f\u0262g"
                    + "\u029Ch\u026Ai\u1D0Aj\u1D0Bk\u029Fl\u1D0Dm\u0274n\u1D0Fo\u1D18p\u0280r\uA731s\u1D1Bt\u1D1Cu\u1D20v\u1D21w\u028Fy"
                    + "\u1D22z";

    private static final class Holder {
        private static final Folding INSTANCE = new Folding();
    }

    private final char[] single = new char[0x10000];
    private final Map<Integer, String> several = new HashMap<>();

    private Folding() {
        for (int c = 0x80; c < single.length; c++) {
            if (!isUnfolded(c)) {
                put(c, fold(c));
            }
        }
        for (int i = 0; i < FANCY.length(); i += 2) {
            single[FANCY.charAt(i)] = FANCY.charAt(i + 1);
        }
    }

    /** The table; made when it is first needed, never changed. */
    static Folding table() {
        return Holder.INSTANCE;
    }

    /** CJK, Hangul, private use and surrogates decompose to nothing that a rule could match. */
    private static boolean isUnfolded(int c) {
        return (c >= 0x3400 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xF8FF);
    }

    private void put(int c, String folded) {
        if (folded.isEmpty()) {
            single[c] = DROPPED;
        } else if (folded.length() == 1) {
            single[c] = folded.charAt(0) == c ? 0 : folded.charAt(0);
        } else if (folded.length() <= EXPANSION_MAX) {
            single[c] = SEVERAL;
            several.put(c, folded);
        }
    }

    private static String fold(int codePoint) {
        String decomposed = Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFKD);
        StringBuilder folded = new StringBuilder();
        decomposed.codePoints().filter(c -> !isMark(c)).forEach(c -> folded.appendCodePoint(Character.toLowerCase(c)));
        return folded.toString();
    }

    private static boolean isMark(int codePoint) {
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
    }

    /** What {@code c} folds to: itself for 0, {@link #DROPPED}, {@link #SEVERAL}, or a character. Not for ASCII. */
    char single(char c) {
        return single[c];
    }

    /** The characters of one that folds to several. */
    String several(char c) {
        return several.getOrDefault((int) c, "");
    }

    /** What a code point beyond the Basic Multilingual Plane folds to; rare, so it is computed. */
    static String supplementary(int codePoint) {
        if (codePoint >= 0x1F150 && codePoint <= 0x1F169) {
            return Character.toString('a' + codePoint - 0x1F150);
        }
        if (codePoint >= 0x1F170 && codePoint <= 0x1F189) {
            return Character.toString('a' + codePoint - 0x1F170);
        }
        boolean decomposes = (codePoint >= 0x1D400 && codePoint <= 0x1D7FF)
                || (codePoint >= 0x1F100 && codePoint <= 0x1F2FF)
                || (codePoint >= 0x1EE00 && codePoint <= 0x1EEFF);
        String folded = decomposes ? fold(codePoint) : "";
        return folded.isEmpty() || folded.length() > EXPANSION_MAX ? Character.toString(codePoint) : folded;
    }
}
