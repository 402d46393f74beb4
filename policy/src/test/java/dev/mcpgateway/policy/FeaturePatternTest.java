package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeaturePatternTest {

    @ParameterizedTest
    @CsvSource({
        "*, files__read, true",
        "files__*, files__read, true",
        "files__*, crm__read, false",
        "files__read, files__read, true",
        "files__read, files__reads, false",
        "files__read_*, files__read_, true",
        "files__read_*, files__read, false",
        "files__*_text, files__read_text, true",
        "files__r?ad, files__read, true",
        "files__r?ad, files__rad, false",
        "files__*a*b*, files__xaybz, true",
        "files__*a*b*, files__xbya, false",
        "files__**, files__x, true",
        "files__?, files__xy, false",
        "files__read, files__READ, false",
        "files__a.c, files__abc, false",
        "files__[ab], files__a, false",
        "files___x, files___x, true"
    })
    void aPatternNamesTools(String pattern, String tool, boolean names) {
        assertThat(pattern(pattern).matches(Calls.tool(tool))).isEqualTo(names);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "**", "?", "*__read", "fi*__read", "files", "files__", "Files__x", "*__*", "a__b\n"})
    void thePartBeforeTheSeparatorIsLiteral(String text) {
        assertThat(FeaturePattern.parse(text)).isEmpty();
    }

    @Test
    void aPatternOutsideOfTheGrammarCannotBeMade() {
        assertThatThrownBy(() -> new FeaturePattern("*", "x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FeaturePattern("files", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "*, true",
        "files__*, true",
        "files__**?, true",
        "files__????, true",
        "files__*a, false",
        "files__a, false"
    })
    void whatNamesEveryToolOfAnUpstreamIsBroad(String pattern, boolean broad) {
        assertThat(pattern(pattern).isBroad()).isEqualTo(broad);
    }

    @ParameterizedTest
    @CsvSource({
        "*, files__x, true",
        "*, *, true",
        "files__*, *, false",
        "files__*, files__read_*, true",
        "files__*, crm__x, false",
        "files__read_*, files__read_text, true",
        "files__read_*, files__read_t*, true",
        "files__read_*, files__rea*, false",
        "files__*t, files__*t, true",
        "files__*t, files__text, true",
        "files__a, files__*, false",
        "files__?, files__a*, false"
    })
    void coveringIsNeverClaimedWrongly(String wide, String narrow, boolean covers) {
        assertThat(pattern(wide).covers(pattern(narrow))).isEqualTo(covers);
    }

    @Test
    void matchingAndCoveringAgreeWithRegularExpressions() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("FeaturePatternTest.matchingAndCoveringAgreeWithRegularExpressions seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int i = 0; i < 50_000; i++) {
            FeaturePattern pattern = pattern("u__" + word(random, "ab*?"));
            FeaturePattern other = pattern("u__" + word(random, "ab*?"));
            FeatureName tool = Calls.tool("u__" + word(random, "ab"));
            Pattern regex = Pattern.compile(pattern.own().replace("?", ".").replace("*", ".*"));

            assertThat(pattern.matches(tool))
                    .as(pattern + " " + tool)
                    .isEqualTo(regex.matcher(tool.own()).matches());
            if (pattern.covers(other) && other.matches(tool)) {
                assertThat(pattern.matches(tool))
                        .as(pattern + " covers " + other + ", " + tool)
                        .isTrue();
            }
        }
    }

    @Test
    @Timeout(10) // a quarter of a second of a processor; one factor of a length more is a quarter of a minute
    void aHostilePatternCostsNoMoreThanTheProductOfTheLengths() {
        FeaturePattern pattern = pattern("u__" + "*a".repeat(64));
        FeatureName tool = Calls.tool("u__" + "a".repeat(62) + "b");
        for (int i = 0; i < 100_000; i++) {
            assertThat(pattern.matches(tool)).isFalse();
        }
    }

    private static String word(RandomGenerator random, String letters) {
        StringBuilder word = new StringBuilder();
        for (int n = random.nextInt(6); n >= 0; n--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString();
    }

    private static FeaturePattern pattern(String text) {
        return FeaturePattern.parse(text).orElseThrow();
    }
}
