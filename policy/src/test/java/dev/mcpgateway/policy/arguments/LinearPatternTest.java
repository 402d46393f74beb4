package dev.mcpgateway.policy.arguments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class LinearPatternTest {

    @ParameterizedTest
    @CsvSource({
        "^[a-z]+$, abc, true", "^[a-z]+$, abC, false", "b, abc, true", "^\\d{4}-\\d{2}$, 2026-11, true",
        "^https?:\\/\\/, http://x, true", "^\\u00e9+$, éé, true", "^\\u00e9+$, e, false", "\\\\u0041, \\u0041, true",
        "^(?<year>\\d+)$, 26, true", "^[\\w.-]+@[\\w.-]+$, a@b, true"
    })
    void patternsOfSchemasMeanWhatTheyMeanInEcmaScript(String expression, String text, boolean matches) {
        assertThat(LinearPattern.compile(expression, 1000).matches(text)).isEqualTo(matches);
    }

    @Test
    void patternsThatBacktrackElsewhereAreLinearHere() {
        LinearPattern hostile = LinearPattern.compile("^(.*a){25}x$", 1000);

        assertThat(hostile.matches("a".repeat(40))).isFalse();
        assertThat(LinearPattern.compile("^(a+)+$", 1000).matches("a".repeat(100_000) + "!"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"(?=a)b", "(?!a)b", "(?<=a)b", "(a)\\1", "a{1001}", "(", "[z-a]", "\\p{Nonsense}", "(?>a)"})
    void whatHasNoLinearFormCannotBeEnforced(String expression) {
        assertThatThrownBy(() -> LinearPattern.compile(expression, 1000)).isInstanceOf(Unenforceable.class);
        assertThat(Json.admit("{\"properties\":{\"a\":{\"pattern\":\"" + expression.replace("\\", "\\\\") + "\"}}}"))
                .isInstanceOf(SchemaAdmission.Quarantined.class);
        assertThat(Json.admit("{\"patternProperties\":{\"" + expression.replace("\\", "\\\\") + "\":{}}}"))
                .isInstanceOf(SchemaAdmission.Quarantined.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "((a{30}){30}){30}",
                "((a{1000}){1000}){1000}",
                "(a{1,900}b{1,900})+",
                "((((x{999}){999}){999}){999}){999}"
            })
    void aPatternThatUnfoldsIntoGigabytesIsRefusedBeforeItIsCompiled(String expression) {
        assertThatThrownBy(() -> LinearPattern.compile(expression, 1000))
                .isInstanceOf(Unenforceable.class)
                .hasMessageContaining("more than 1000 instructions");
    }

    @Test
    void aUuidPatternIsSmall() {
        assertThat(LinearPattern.compile("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", 1000)
                        .size())
                .isLessThan(100);
    }

    @Test
    void aTextTooLongForThePatternMatchesNothing() {
        LinearPattern pattern = LinearPattern.compile("a{500}", 1000);

        assertThat(pattern.matches("a".repeat(10_000))).isTrue();
        assertThat(pattern.matches("a".repeat(1_000_000))).isFalse();
    }
}
