package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ViewBuilderTest {

    private static final LookAlikes LOOK_ALIKES = new LookAlikes();

    private static View view(String... texts) {
        return view(false, texts);
    }

    private static View view(boolean finalsAreText, String... texts) {
        ViewBuilder builder = new ViewBuilder(LOOK_ALIKES, 16, finalsAreText);
        for (String text : texts) {
            builder.append(text);
        }
        return builder.build();
    }

    record Row(String what, String text, String view) {
        @Override
        public String toString() {
            return what;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row("ASCII in lower case", "Hello World!", "hello world!"),
                new Row("white space", "  a \t b\r\n\f c\u00a0\u2003d  ", "a b\nc d"),
                new Row("line separators", "a\u2028b\u0085c", "a\nb\nc"),
                new Row("zero-width", "i\u200bg\u2060n\ufeffo\u00adr\u200de", "ignore"),
                new Row("direction marks", "\u202eab\u202c\u2066c\u2069", "abc"),
                new Row("combining marks", "i\u0301g\u0336n\u20e3o\u0308re", "ignore"),
                new Row("accented letters", "Ìgñörë", "ignore"),
                new Row("full-width", "\uff29\uff27\uff4e\uff4f\uff52\uff45\uff01", "ignore!"),
                new Row("mathematical", "\ud835\udc08\ud835\udc20\ud835\udc5b\ud835\udd2c", "igno"),
                new Row("circled and squared", "\u24d8\u24b6\ud83c\udd50\ud83c\udd71", "iaab"),
                new Row("small capitals", "\u026a\u0262\u0274\u1d0f\u0280\u1d07", "ignore"),
                new Row("ligatures", "\ufb01le o\ufb03ce", "file office"),
                new Row("quotes and dashes", "\u201cdon\u2019t\u201d \u2014 x", "\"don't\" - x"),
                new Row("Cyrillic in a Latin word", "ign\u043er\u0435 \u0430nd", "ignore and"),
                new Row("Greek in a Latin word", "ign\u03bfre", "ignore"),
                new Row("Armenian in a Latin word", "ign\u0585re", "ignore"),
                new Row(
                        "a Cyrillic word",
                        "\u041f\u0440\u0438\u0432\u0435\u0442",
                        "\u043f\u0440\u0438\u0432\u0435\u0442"),
                new Row("a Greek word", "\u03bb\u03cc\u03b3\u03bf\u03c2", "\u03bb\u03bf\u03b3\u03bf\u03c2"),
                new Row("Chinese and Hangul", "\u6e2f\u53e3 \ud55c\uae00", "\u6e2f\u53e3 \ud55c\uae00"),
                new Row("JSON escapes", "a\\nb\\t\\\"c\\\" \\u0064\\/e\\\\f", "a\nb \"c\" d/e\\f"),
                new Row("an escaped surrogate pair", "\\ud835\\udc08x", "ix"),
                new Row("what is no escape", "C:\\dir \\x \\u00g1 \\", "c:\\dir \\x \\u00g1 \\"),
                new Row("colours", "a\u001b[31mre\u001b[0;1md\u001b[m b", "ared b"),
                new Row("C1 introducer", "a\u009b1mb", "ab"),
                new Row(
                        "a link keeps its words",
                        "\u001b]8;;http://x\u0007click\u001b]8;;\u001b\\",
                        "8;;http://xclick8;;"),
                new Row("a bare ESC", "a\u001bb", "ab"),
                new Row("other control characters", "a\u0000b\u0007c\u007fd\u0081e", "abcde"),
                new Row("a lone surrogate", "a\ud800b", "a\ufffdb"),
                new Row("tag characters", "x" + tags("Hi you") + "y", "x hi you y"),
                new Row("a flag", "\ud83c\udff4" + tags("gbsct") + "\udb40\udc7f!", "\ud83c\udff4!"),
                new Row(
                        "bytes in variation selectors",
                        "x\ufe07" + selectors("obey") + "y",
                        "x \u0007obey y".replace("\u0007", "")),
                new Row("an emoji selector", "\u2764\ufe0fx", "\u2764x"),
                new Row("a character of 18", "\ufdfa", "\ufdfa"));
    }

    private static String tags(String text) {
        StringBuilder tags = new StringBuilder();
        text.chars().forEach(c -> tags.appendCodePoint(0xE0000 + c));
        return tags.toString();
    }

    private static String selectors(String text) {
        StringBuilder selectors = new StringBuilder();
        text.chars().forEach(c -> selectors.appendCodePoint(0xE0100 + c - 16));
        return selectors.toString();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void textIsSeenAsAReaderWouldTakeIt(Row row) {
        assertThat(view(row.text())).hasToString(row.view());
    }

    @Test
    void textsAreJoinedByALineBreak() {
        assertThat(view("one ", "", " two", "three")).hasToString("one\ntwo\nthree");
    }

    @ParameterizedTest
    @CsvSource({"0,3,0,3", "4,7,4,9", "8,9,10,11"})
    void aCharacterKnowsItsSource(int start, int end, int sourceStart, int sourceEnd) {
        View view = view("abc d\u200be\u200bf g");

        assertThat(view).hasToString("abc def g");
        assertThat(view.sourceStart(start)).isEqualTo(sourceStart);
        assertThat(view.sourceEnd(end)).isEqualTo(sourceEnd);
    }

    @Test
    void aSourceCharacterIsNeverCutInTwo() {
        View view = view("a\ufb03\u0301b");

        assertThat(view).hasToString("affib");
        assertThat(view.sourceStart(2)).isEqualTo(1);
        assertThat(view.sourceEnd(2)).isEqualTo(3);
        assertThat(view.sourceEnd(5)).isEqualTo(4);
    }

    @Test
    void aSequenceThatMayBeTextIsReadBothWays() {
        String text = "\u001b[Ignore \u001b[1mbold \u001b[31m!";
        ViewBuilder builder = new ViewBuilder(LOOK_ALIKES, 16, false);
        builder.append(text);

        assertThat(builder.build()).hasToString("gnore bold !");
        assertThat(builder.isAmbiguous()).isTrue();
        assertThat(view(true, text)).hasToString("ignore mbold !");
        ViewBuilder plain = new ViewBuilder(LOOK_ALIKES, 16, false);
        plain.append("\u001b[31m 5 \u001b[0m.");
        plain.build();
        assertThat(plain.isAmbiguous()).isFalse();
    }

    @Test
    void concealedTextIsMarked() {
        View ansi = view("see\u001b[8mhide\u001b[0mshow");
        View tag = view("see " + tags("hide") + " show");

        assertThat(ansi).hasToString("seehideshow");
        assertThat(ansi.isConcealed(0, 3)).isFalse();
        assertThat(ansi.isConcealed(2, 4)).isTrue();
        assertThat(ansi.isConcealed(7, 11)).isFalse();
        assertThat(tag.isConcealed(4, 8)).isTrue();
        assertThat(tag.isConcealed(8, 13)).isFalse();
        assertThat(view("a\u001b[8mb", "c").isConcealed(2, 4))
                .as("concealment ends with its text")
                .isFalse();
    }

    @Test
    void odditiesAreCountedAndPlaced() {
        assertThat(view("x" + tags("hide") + "y").oddities())
                .containsExactly(new OddityMark(Oddity.TAG_CHARACTERS, 1, 9, 4));
        assertThat(view("i\u200bg\u200b\u200bn o\u200b \u200bp\u200bq").oddities())
                .containsExactly(new OddityMark(Oddity.ZERO_WIDTH, 1, 13, 4));
        assertThat(view("\u202eab").oddities()).containsExactly(new OddityMark(Oddity.BIDI_OVERRIDE, 0, 1, 1));
        assertThat(view("\u001b[8mabc").oddities()).containsExactly(new OddityMark(Oddity.ANSI_CONCEAL, 0, 7, 3));
        assertThat(view("\u0440ay n\u043ew").oddities()).containsExactly(new OddityMark(Oddity.MIXED_SCRIPT, 0, 7, 2));
        assertThat(view("TNF\u03b1 5\u03bcm na\u00efve \u05e9\u05dc\u05d5\u05dd")
                        .oddities())
                .isEmpty();
    }

    @Test
    void noTextMakesItThrowAndEveryOffsetIsInsideTheSource() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("ViewBuilderTest.noTextMakesItThrowAndEveryOffsetIsInsideTheSource seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        String[] pieces = {
            "a",
            "Z",
            " ",
            "\n",
            "\\",
            "\\u",
            "\\u00",
            "\\ud835",
            "\\udc08",
            "\\n",
            "\u001b",
            "\u001b[",
            "8",
            ";",
            "m",
            "]",
            "\u0007",
            "\u009b",
            "\u200b",
            "\u202e",
            "\u0301",
            "\uff21",
            "\ufb03",
            "\ufdfa",
            "\u0430",
            "\u03bf",
            "\ud800",
            "\udc00",
            "\ud83d\ude00",
            "\udb40\udc41",
            "\udb40\udc7f",
            "\ud83c\udff4",
            "\ufe0f",
            "\udb40\udd10",
            "\u00a0",
            "\u2028",
            "\uac00",
            "(B"
        };
        for (int i = 0; i < 30_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            View view = view(random.nextBoolean(), text.toString(), "end");

            assertThat(view.toString())
                    .as(text.toString())
                    .endsWith("end")
                    .hasSizeLessThanOrEqualTo(4 * text.length() + 4);
            int last = 0;
            for (int c = 0; c < view.length(); c++) {
                assertThat(view.sourceStart(c)).isGreaterThanOrEqualTo(last);
                last = view.sourceStart(c);
                assertThat(view.sourceEnd(c + 1)).isGreaterThan(last).isLessThanOrEqualTo(text.length() + 4);
            }
        }
    }
}
