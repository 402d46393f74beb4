package dev.mcpgateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UriSpellingTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///docs/../etc/passwd",
                "file:///docs/..",
                "..",
                "file:///docs/%2e%2e/etc",
                "file:///docs/%2E./etc",
                "file:///docs/.%2e/etc",
                "file:///docs/%252e%252E/etc",
                "file:///docs/%25252e./etc",
                "file:///docs/..\\etc",
                "file:///docs\\..\\etc",
                "file:///docs/x%2f../etc",
                "file:///docs/x%2f..%2f..%2fetc",
                "file:///docs/x%5C..",
                "file:///docs/x%25252f../etc",
                "file:///docs/..%2fetc",
                "file:///docs/..%5Cetc",
                "file:///docs/..%255cetc",
                "file:///docs/..;v=1/etc",
                "file:///docs/..%00/etc",
                "file:///docs/..?x",
                "file:///docs/..#x",
                "https://h/get?file=../../etc",
                "https://h/get?file=..",
                "file:///docs/.../etc",
                "file:///docs/....//etc",
                "file:///docs/.. /etc",
                "file:///docs/%73ecret",
                "file:///docs/%%32e%2e",
                "file:///docs/%c0%ae%c0%ae/etc",
                "file:///docs/..%C0%AFetc",
                "file:///docs/%e0%80%ae",
                "file:///docs/%F0%80%80%AE"
            })
    void whatAServerCouldTakeForAnotherResourceIsIndirect(String uri) {
        assertThat(UriSpelling.isIndirect(uri)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///docs/readme.md",
                "file:///docs/a..b",
                "file:///docs/v1..v2.diff",
                "file:///docs/..hidden",
                "file:///docs/trailing..",
                "file:///docs/.hidden/x",
                "file:///docs/a%20b%2Fc",
                "file:///docs/%E2%82%AC",
                "file:///docs/%e0%a4%b9",
                "file:///docs/100%25",
                "file:///docs/100%25 done",
                "file:///docs/%zz%",
                "https://h/x?a=1&b=c%26d",
                "urn:isbn:0451450523",
                "ui://app/main.html",
                "日本/…"
            })
    void whatSpellsOneResourceIsNot(String uri) {
        assertThat(UriSpelling.isIndirect(uri)).isFalse();
    }

    @Test
    void theFormsAgreeWithANaiveReading() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("UriSpellingTest.theFormsAgreeWithANaiveReading seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        String[] parts = {".", "..", "/", "\\", "a", "%", "2", "25", "e", "E", "5c", "%2e", "%2F", "f", ";", "~", " "};
        for (int i = 0; i < 100_000; i++) {
            StringBuilder uri = new StringBuilder();
            for (int n = random.nextInt(8); n >= 0; n--) {
                uri.append(parts[random.nextInt(parts.length)]);
            }

            assertThat(UriSpelling.isIndirect(uri.toString()))
                    .as(uri.toString())
                    .isEqualTo(ReferenceEvaluator.isIndirect(uri.toString()));
        }
    }

    @Test
    @Timeout(20) // a third of a second of a processor; one factor of a length more is minutes
    void aHostileUriCostsLittle() {
        for (String piece : new String[] {"%25", "a..", "%", ".", "%C", "%25%2", "%2fa..", "%25..a"}) {
            String uri = "a" + piece.repeat(FeatureName.URI_CHARS_MAX / piece.length()) + "b";
            for (int i = 0; i < 1_000; i++) {
                assertThat(UriSpelling.isIndirect(uri)).isFalse();
            }
        }
    }
}
