package dev.mcpgateway.connectors.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names with asterisks. */
class NamePatternTest {
    @ParameterizedTest
    @CsvSource({
        "get, get, true",
        "get, get_user, false",
        "get, Get, false",
        "get_*, get_, true",
        "get_*, get_user, true",
        "get_*, forget_user, false",
        "*_user, get_user, true",
        "*_user, get_user_2, false",
        "*_user, user_user_user, true",
        "*, anything, true",
        "a*b*c, abbc, true",
        "a*b*c, acb, false",
        "a**c, ac, true",
        "a.c, abc, false",
        "a?c, abc, false",
    })
    void anAsteriskStandsForAnythingAndAllElseForItself(String pattern, String name, boolean matches) {
        assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
    }

    @Test
    void aPatternOfManyAsterisksIsDecidedAtOnce() {
        long begin = System.nanoTime();

        assertThat(new NamePattern("*a".repeat(127) + "b").matches("a".repeat(10_000)))
                .isFalse();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void aPatternHasBounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> new NamePattern(""));
        assertThatIllegalArgumentException().isThrownBy(() -> new NamePattern("x".repeat(257)));
        assertThat(new NamePattern("x".repeat(256)).matches("x")).isFalse();
    }
}
