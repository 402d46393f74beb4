package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way of writing that normalisation undoes, on every positive sample. */
class EvasionTest {

    private static final ResponseScreen SCREEN = new ResponseScreen(PatternSet.shipped());

    /** A way to write a text so that a person or a model still reads it. */
    record Evasion(String name, UnaryOperator<String> writing) {

        @Override
        public String toString() {
            return name;
        }

        private static String map(String text, IntUnaryOperator character) {
            StringBuilder mapped = new StringBuilder();
            text.chars().forEach(c -> mapped.append((char) character.applyAsInt(c)));
            return mapped.toString();
        }

        private static String tags(String text) {
            StringBuilder tags = new StringBuilder("see. ");
            text.chars().filter(c -> c >= 0x20).forEach(c -> tags.appendCodePoint(0xE0000 + c));
            return tags.toString();
        }

        private static String escapes(String text) {
            StringBuilder escaped = new StringBuilder();
            text.chars().forEach(c -> escaped.append(String.format("\\u%04x", c)));
            return escaped.toString();
        }
    }

    static List<Evasion> evasions() {
        return List.of(
                new Evasion("upper case", text -> text.toUpperCase(Locale.ROOT)),
                new Evasion("wide blanks", text -> text.replace(" ", "  \u00a0")),
                new Evasion("one word a line", text -> text.replace(' ', '\n')),
                new Evasion("zero-width", text -> String.join("\u200b", text.split(""))),
                new Evasion("soft hyphens", text -> String.join("\u00ad", text.split(""))),
                new Evasion("combining marks", text -> text.replaceAll("([a-z])", "$1\u0336")),
                new Evasion("full-width", text -> Evasion.map(text, c -> c > 0x20 && c < 0x7f ? c + 0xFEE0 : c)),
                new Evasion(
                        "look-alikes",
                        text -> text.replace('o', '\u043e')
                                .replace('e', '\u0435')
                                .replace('a', '\u0430')),
                new Evasion("tag characters", Evasion::tags),
                new Evasion("colours", text -> text.replaceAll("([a-z]{3})", "$1\u001b[1;31m")),
                new Evasion("JSON escapes", Evasion::escapes),
                new Evasion("curly quotes", text -> text.replace('\'', '\u2019')));
    }

    @ParameterizedTest
    @MethodSource("evasions")
    void anEvasionHidesNoSample(Evasion evasion) {
        List<String> missed = new ArrayList<>();
        int samples = 0;
        for (Samples rule : Samples.all()) {
            for (String text : rule.positive()) {
                boolean plain = text.chars().allMatch(c -> c < 0x7f && c != 0x1b && c != '\\');
                if (rule.rule().startsWith("INJ") && plain) {
                    samples++;
                    Verdict verdict = SCREEN.scan(List.of(Segment.ofText(
                            Place.TOOL_DEFINITION, evasion.writing().apply(text))));
                    if (verdict.findings().stream()
                            .noneMatch(finding -> finding.rule().equals(rule.rule()))) {
                        missed.add(rule.rule() + ": " + text);
                    }
                }
            }
        }
        assertThat(samples).isGreaterThan(120);
        assertThat(missed).isEmpty();
    }
}
