package dev.mcpgateway.samples.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line of the samples. */
class ArgumentsTest {
    @Test
    void optionsAreReadByName() {
        Arguments arguments = Arguments.of("--port", "8080", "--mode", "b", "--root", "x/y");

        assertThat(arguments.port("port")).isEqualTo(8080);
        assertThat(arguments.oneOf("mode", List.of("a", "b"))).isEqualTo("b");
        assertThat(arguments.requiredPath("root")).isEqualTo(Path.of("x/y"));
        assertThatNoException().isThrownBy(arguments::done);
    }

    @Test
    void missingOptionsHaveDefaults() {
        Arguments arguments = Arguments.of();

        assertThat(arguments.port("port")).isZero();
        assertThat(arguments.oneOf("mode", List.of("a", "b"))).isEqualTo("a");
        assertThat(arguments.number("size", 7, 1, 9)).isEqualTo(7);
        assertThat(arguments.path("root")).isEmpty();
        assertThat(arguments.text("host")).isEmpty();
        assertThatNoException().isThrownBy(arguments::done);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "65535, true", "-1, false", "65536, false", "1.5, false", "'', false", "99999999999, false"})
    void aPortIsAWholeNumberInRange(String port, boolean isPort) {
        Arguments arguments = Arguments.of("--port", port);
        arguments.port("port");

        if (isPort) {
            assertThatNoException().isThrownBy(arguments::done);
        } else {
            assertThatExceptionOfType(BadUsage.class)
                    .isThrownBy(arguments::done)
                    .withMessageContaining("--port must be a whole number from 0 to 65535");
        }
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        Arguments arguments = Arguments.of(
                "stray", "--port", "x", "--port", "1", "--other", "1", "--mode", "c", "--root", "\0", "--last");
        arguments.port("port");
        arguments.oneOf("mode", List.of("a", "b"));
        arguments.requiredPath("root");
        arguments.requiredPath("state");
        arguments.text("last");
        arguments.problem("two options contradict each other");

        assertThatExceptionOfType(BadUsage.class)
                .isThrownBy(arguments::done)
                .satisfies(bad -> assertThat(bad.problems())
                        .satisfiesExactlyInAnyOrder(
                                line -> assertThat(line).startsWith("'stray' is not an option"),
                                line -> assertThat(line).isEqualTo("--port is given twice"),
                                line -> assertThat(line).isEqualTo("--last has no value"),
                                line -> assertThat(line).startsWith("--port must be a whole number"),
                                line -> assertThat(line).isEqualTo("--mode must be one of a, b, not 'c'"),
                                line -> assertThat(line).startsWith("--root is not a path"),
                                line -> assertThat(line).isEqualTo("--state is missing"),
                                line -> assertThat(line).isEqualTo("two options contradict each other"),
                                line -> assertThat(line).isEqualTo("--other is not an option of this program")));
    }
}
