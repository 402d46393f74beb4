package dev.mcpgateway.policy.screen;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Normalises texts, one after the other, into one {@link View}: JSON escapes inside a string resolved, ANSI sequences
 * removed, invisible characters dropped, tag characters and variation selectors that carry text decoded, compatibility
 * and decorative forms folded, marks stripped, case folded, white space collapsed to one blank or line break, and
 * look-alike letters replaced in words that mix scripts. Linear in the length of the texts; the view is at most four
 * times as long.
 */
final class ViewBuilder {

    /** Variation selectors in a row that carry bytes; emoji use one. */
    private static final int SELECTOR_RUN_MIN = 4;

    /** Tag characters of a flag: six letters and the end. */
    private static final int FLAG_TAGS_MAX = 7;

    private static final int BLACK_FLAG = 0x1F3F4;
    private static final int CANCEL_TAG = 0xE007F;

    /** Zero-width characters or mixed words further apart than this are counted apart. */
    private static final int CLUSTER_GAP = 64;

    private final Folding folding = Folding.table();
    private final LookAlikes lookAlikes;
    private final boolean finalsAreText;
    private final List<View.Concealed> concealed = new ArrayList<>();
    private final List<OddityMark> oddities = new ArrayList<>();
    private char[] chars;
    private int[] origin;
    private int length;
    private int source;
    private int blankAt = -1;
    private boolean blankBreaks;
    private int lastVisible;
    private int zeroWidthPending;
    private int zeroWidthAt;
    private boolean ambiguous;
    private int concealFrom = -1;
    private int concealSource;
    private boolean lookAlikeSeen;

    private Cluster zeroWidth = Cluster.NONE;

    private record Cluster(int start, int end, int units) {
        static final Cluster NONE = new Cluster(0, 0, 0);
    }

    /**
     * A builder that expects about {@code sourceChars} characters. {@code finalsAreText} chooses how to read an escape
     * sequence whose final letter stands directly before a letter: {@code ESC[K} before {@code ill} may be a terminal's
     * "erase line" or a word with two characters before it. A model sees the word, so both readings are matched.
     */
    ViewBuilder(LookAlikes lookAlikes, int sourceChars, boolean finalsAreText) {
        this.lookAlikes = lookAlikes;
        this.finalsAreText = finalsAreText;
        this.chars = new char[sourceChars + 16];
        this.origin = new int[sourceChars + 16];
    }

    /** Adds a text; its end counts as a line break. Concealment ends with the text. */
    void append(String text) {
        EscapedText reader = new EscapedText(text);
        int base = source;
        while (reader.next()) {
            int at = base + reader.start();
            int codePoint = reader.codePoint();
            if (codePoint < 0x80) {
                ascii(reader, codePoint, at);
            } else {
                beyondAscii(reader, codePoint, base);
            }
            countZeroWidth(codePoint, at);
        }
        source = base + text.length();
        revealFrom(source);
        blank(source, true);
        source++;
    }

    private void ascii(EscapedText reader, int c, int at) {
        if (c >= 'A' && c <= 'Z') {
            put((char) (c + ('a' - 'A')), at);
        } else if (c > ' ' && c < 0x7F) {
            put((char) c, at);
        } else if (c == 0x1B) {
            ansi(reader, at);
        } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
            blank(at, c == '\n' || c == '\r');
        }
    }

    private void ansi(EscapedText reader, int at) {
        AnsiSequence sequence = AnsiSequence.read(reader);
        if (sequence.hasFinal() && Character.isLetter(reader.peek())) {
            ambiguous = true;
            if (finalsAreText) {
                ascii(new EscapedText(""), reader.codePoint(), at);
            }
        }
        if (sequence.conceals() && concealFrom < 0) {
            concealFrom = length;
            concealSource = at;
        } else if (sequence.reveals()) {
            revealFrom(at);
        }
    }

    private void revealFrom(int at) {
        if (concealFrom >= 0 && length > concealFrom) {
            concealed.add(new View.Concealed(concealFrom, length));
            oddities.add(new OddityMark(Oddity.ANSI_CONCEAL, concealSource, at, length - concealFrom));
        }
        concealFrom = -1;
    }

    private void beyondAscii(EscapedText reader, int codePoint, int base) {
        int at = base + reader.start();
        if (codePoint == 0x9B) {
            ansi(reader, at);
        } else if (codePoint == 0x85) {
            blank(at, true);
        } else if (codePoint < 0xA0) {
            return;
        } else if (isTag(codePoint)) {
            tags(reader, base);
        } else if (isSelector(codePoint)) {
            selectors(reader, base);
        } else if (Invisible.is(codePoint)) {
            invisible(codePoint, at);
        } else if (codePoint > 0xFFFF) {
            putAll(Folding.supplementary(codePoint), at);
        } else {
            fold((char) codePoint, at);
        }
    }

    private void fold(char c, int at) {
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
            blank(at, c == 0x2028 || c == 0x2029);
            return;
        }
        char folded = folding.single(c);
        switch (folded) {
            case 0 -> put(c, at);
            case Folding.DROPPED -> {}
            case Folding.SEVERAL -> putAll(folding.several(c), at);
            default -> put(folded, at);
        }
    }

    private void tags(EscapedText reader, int base) {
        int start = reader.start();
        boolean mayBeFlag = lastVisible == BLACK_FLAG;
        StringBuilder text = new StringBuilder();
        List<Integer> places = new ArrayList<>();
        boolean cancelled = false;
        do {
            cancelled = reader.codePoint() == CANCEL_TAG;
            if (reader.codePoint() >= 0xE0020 && !cancelled) {
                text.append((char) (reader.codePoint() - 0xE0000));
                places.add(base + reader.start());
            }
        } while (reader.nextIf(ViewBuilder::isTag));
        if (!(mayBeFlag && cancelled && text.length() < FLAG_TAGS_MAX)) {
            conceal(text, places);
            oddities.add(new OddityMark(Oddity.TAG_CHARACTERS, base + start, base + reader.end(), text.length()));
        }
    }

    private void selectors(EscapedText reader, int base) {
        int start = reader.start();
        byte[] bytes = new byte[16];
        int count = 0;
        do {
            int codePoint = reader.codePoint();
            bytes = count == bytes.length ? Arrays.copyOf(bytes, count * 2) : bytes;
            bytes[count++] = (byte) (codePoint < 0xFFFF ? codePoint - 0xFE00 : codePoint - 0xE0100 + 16);
        } while (reader.nextIf(ViewBuilder::isSelector));
        if (count >= SELECTOR_RUN_MIN) {
            String text = new String(bytes, 0, count, StandardCharsets.UTF_8);
            conceal(text, Collections.nCopies(text.length(), base + start));
            oddities.add(new OddityMark(Oddity.VARIATION_SELECTORS, base + start, base + reader.end(), count));
        }
    }

    private void conceal(CharSequence text, List<Integer> places) {
        if (text.isEmpty()) {
            return;
        }
        blank(places.getFirst(), false);
        int from = length;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                ascii(new EscapedText(""), c, places.get(i));
            } else {
                put(Character.toLowerCase(c), places.get(i));
            }
        }
        concealed.add(new View.Concealed(from, length));
        blank(places.getLast(), false);
    }

    private void invisible(int codePoint, int at) {
        if (codePoint == 0x202D || codePoint == 0x202E) {
            oddities.add(new OddityMark(Oddity.BIDI_OVERRIDE, at, at + 1, 1));
        }
    }

    /** Zero-width characters count between two Latin letters only; soft hyphens are typography. */
    private void countZeroWidth(int codePoint, int at) {
        if (Invisible.is(codePoint)) {
            if (isLatin(lastVisible) && codePoint != 0xAD) {
                zeroWidthAt = zeroWidthPending == 0 ? at : zeroWidthAt;
                zeroWidthPending++;
            }
            return;
        }
        if (zeroWidthPending > 0 && isLatin(codePoint)) {
            if (zeroWidth.units() > 0 && zeroWidthAt - zeroWidth.end() > CLUSTER_GAP) {
                closeZeroWidth();
            }
            int start = zeroWidth.units() == 0 ? zeroWidthAt : zeroWidth.start();
            zeroWidth = new Cluster(start, at, zeroWidth.units() + zeroWidthPending);
        }
        zeroWidthPending = 0;
        lastVisible = codePoint;
    }

    private void closeZeroWidth() {
        if (zeroWidth.units() > 0) {
            oddities.add(new OddityMark(Oddity.ZERO_WIDTH, zeroWidth.start(), zeroWidth.end(), zeroWidth.units()));
        }
        zeroWidth = Cluster.NONE;
    }

    private static boolean isLatin(int codePoint) {
        return (codePoint >= 'a' && codePoint <= 'z') || (codePoint >= 'A' && codePoint <= 'Z');
    }

    private static boolean isTag(int codePoint) {
        return codePoint >= 0xE0000 && codePoint <= CANCEL_TAG;
    }

    private static boolean isSelector(int codePoint) {
        return (codePoint >= 0xFE00 && codePoint <= 0xFE0F) || (codePoint >= 0xE0100 && codePoint <= 0xE01EF);
    }

    private void blank(int at, boolean breaks) {
        if (blankAt < 0) {
            blankAt = at;
            blankBreaks = breaks;
        } else {
            blankBreaks |= breaks;
        }
    }

    private void putAll(String text, int at) {
        for (int i = 0; i < text.length(); i++) {
            put(text.charAt(i), at);
        }
    }

    private void put(char c, int at) {
        if (blankAt >= 0) {
            if (length > 0) {
                add(blankBreaks ? '\n' : ' ', blankAt);
            }
            blankAt = -1;
        }
        lookAlikeSeen |= c >= 0x80 && lookAlikes.latin(c) != 0;
        add(c, at);
    }

    private void add(char c, int at) {
        if (length == chars.length) {
            chars = Arrays.copyOf(chars, length + (length >> 1) + 16);
            origin = Arrays.copyOf(origin, chars.length);
        }
        chars[length] = c;
        origin[length++] = at;
    }

    /** True when an escape sequence could also be read as text, so that the other reading must be matched too. */
    boolean isAmbiguous() {
        return ambiguous;
    }

    /** The view of everything that was added. */
    View build() {
        closeZeroWidth();
        if (lookAlikeSeen) {
            new ScriptMixer(lookAlikes, chars, length, origin).replace(oddities);
        }
        oddities.sort(Comparator.comparingInt(OddityMark::start));
        return new View(chars, length, origin, Math.max(0, source - 1), concealed, oddities);
    }
}
