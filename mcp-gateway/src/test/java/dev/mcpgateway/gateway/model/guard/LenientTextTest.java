package dev.mcpgateway.gateway.model.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Escapes as readers have them who take more than JSON. */
class LenientTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            \\u{73}k | sk
            \\u{0000073}k | sk
            \\u{00000073}k | sk
            \\u{000000073}k | u{000000073}k
            \\u{}k | u{}k
            \\u{7g}k | u{7g}k
            \\u{73 | u{73
            \\u{ | u{
            \\u{FFFFFFFF} | \uFFFD
            \\u0073k | sk
            \\x73k | sk
            \\163k | sk
            """)
    void escapesAreResolved(String written, String read) {
        assertThat(LenientText.of(written)).isEqualTo(read);
    }

    /** Looking for each end in all that follows would take minutes. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aTextOfBeginningsOnlyIsReadInOneGo() {
        int count = 4_000_000;

        assertThat(LenientText.of("\\u{".repeat(count))).hasSize(2 * count);
    }
}
