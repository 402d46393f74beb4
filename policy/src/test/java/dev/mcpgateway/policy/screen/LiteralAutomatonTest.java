package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralAutomatonTest {

    private static List<String> found(List<String> literals, String text) {
        List<String> found = new ArrayList<>();
        new LiteralAutomaton(literals, Set.of())
                .scan(
                        text.toCharArray(),
                        text.length(),
                        (literal, start, end) -> found.add(literals.get(literal) + "@" + end));
        found.sort(null);
        return found;
    }

    private static boolean isClean(List<String> literals, String text) {
        LiteralAutomaton automaton = new LiteralAutomaton(literals, Set.of());
        return automaton.passClean(text.getBytes(StandardCharsets.US_ASCII), automaton.start()) >= 0;
    }

    @Test
    void overlappingAndNestedLiteralsAreAllFound() {
        assertThat(found(List.of("hers", "his", "she", "he r"), "ushers this he r"))
                .containsExactly("he r@16", "hers@6", "his@11", "she@4");
    }

    @Test
    void randomTextsGiveWhatAPlainSearchGives() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("LiteralAutomatonTest.randomTextsGiveWhatAPlainSearchGives seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 3_000; i++) {
            TreeSet<String> set = new TreeSet<>();
            for (int n = random.nextInt(1, 8); n > 0; n--) {
                set.add(word(random, "abc", random.nextInt(1, 5)));
            }
            List<String> literals = List.copyOf(set);
            String text = word(random, "abcdé", random.nextInt(40));
            List<String> expected = new ArrayList<>();
            for (String literal : literals) {
                for (int at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + 1)) {
                    expected.add(literal + "@" + (at + literal.length()));
                }
            }
            expected.sort(null);

            assertThat(found(literals, text)).as(literals + " in " + text).isEqualTo(expected);
        }
    }

    /** The fast path must never pass a text in which the slow path would find something. */
    @Test
    void rawTextIsCleanExactlyWhenItsNormalisedViewIs() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("LiteralAutomatonTest.rawTextIsCleanExactlyWhenItsNormalisedViewIs seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> literals = List.of("ab a", "b b", "aab", "ba ");
        LookAlikes lookAlikes = new LookAlikes();
        int clean = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = "x" + word(random, "aAbB \n\t\r", random.nextInt(14)) + "x";
            ViewBuilder builder = new ViewBuilder(lookAlikes, text.length(), false);
            builder.append(text);
            boolean cleanView = found(literals, builder.build().toString().replace('\n', ' '))
                    .isEmpty();

            assertThat(isClean(literals, text)).as(text).isEqualTo(cleanView);
            clean += cleanView ? 1 : 0;
        }
        assertThat(clean).isBetween(1_000, 19_000);
    }

    /** Raw text and view must agree here, too: what only the view finds was never looked at. */
    @Test
    void aLiteralThatBeginsAWordIsNotFoundInsideOne() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("LiteralAutomatonTest.aLiteralThatBeginsAWordIsNotFoundInsideOne seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<String> literals = List.of("use ", "a b", "us");
        LiteralAutomaton automaton = new LiteralAutomaton(literals, Set.of("use ", "a b"));
        Pattern words = Pattern.compile("\\b(?:use |a b)|us");
        LookAlikes lookAlikes = new LookAlikes();
        for (int i = 0; i < 50_000; i++) {
            String text = word(random, "uUseab _-\n\t", random.nextInt(16)) + "x";
            ViewBuilder builder = new ViewBuilder(lookAlikes, text.length(), false);
            builder.append(text);
            String view = builder.build().toString().replace('\n', ' ');
            List<Integer> found = new ArrayList<>();
            automaton.scan(view.toCharArray(), view.length(), (literal, start, end) -> found.add(start));

            assertThat(!found.isEmpty()).as(view).isEqualTo(words.matcher(view).find());
            assertThat(automaton.passClean(text.getBytes(StandardCharsets.US_ASCII), automaton.start()) >= 0)
                    .as(text)
                    .isEqualTo(found.isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\b", "a\u001bb", "a\u0000b", "a\u007fb", "a\bb"})
    void whatNormalisationWouldChangeIsNotClean(String text) {
        assertThat(isClean(List.of("zzz"), text)).isFalse();
    }

    @Test
    void stateRunsOnFromTextToText() {
        LiteralAutomaton automaton = new LiteralAutomaton(List.of("one two"), Set.of());
        int afterFirst = automaton.passClean("say one".getBytes(StandardCharsets.US_ASCII), automaton.start());
        int atSecond = automaton.passBoundary(afterFirst);

        assertThat(atSecond).isNotNegative();
        assertThat(automaton.passClean("TWO".getBytes(StandardCharsets.US_ASCII), atSecond))
                .isEqualTo(-1);
        assertThat(automaton.passClean("three".getBytes(StandardCharsets.US_ASCII), atSecond))
                .isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Abc", "ab\nc", "naïve", "a\\b"})
    void literalsArePrintableAsciiInLowerCase(String literal) {
        assertThatThrownBy(() -> new LiteralAutomaton(List.of(literal), Set.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(literal).isNotEqualTo(literal.toLowerCase(Locale.ROOT).replaceAll("[^a-z]", ""));
    }

    private static String word(RandomGenerator random, String letters, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }
}
