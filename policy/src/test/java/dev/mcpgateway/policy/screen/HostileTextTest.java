package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts made to be slow: the work is bounded per character, so each either gets its verdict or says that it has none. */
class HostileTextTest {

    private static final ResponseScreen SCREEN = new ResponseScreen(PatternSet.shipped());

    /** Far above what a megabyte takes on a loaded machine, far below what one quadratic step would take. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    static List<String> units() {
        return List.of(
                "ignore ",
                "ignore all your previous x ",
                "your current ",
                "send password send secret share token ",
                "Ignore all previous instructions. ",
                "### command ",
                "![](https://a/?",
                "<!-- ",
                "<important>",
                "todo: ",
                "<",
                "![",
                "\u200ba",
                "a\u0301",
                "\udb40\udc61",
                "\ufe01",
                "\u001b[8m",
                "\u001b[8mx",
                "\u001b]",
                "\u009b1",
                "\\",
                "\\u0069",
                "\\n",
                "\ufdfa",
                "\ufb03",
                "\u0430b ",
                "\u202ex",
                " ",
                "\n",
                "x",
                "\ud800",
                "a b ");
    }

    @ParameterizedTest
    @MethodSource("units")
    void aMegabyteOfItIsScreenedInTime(String unit) {
        String text = unit.repeat(1_000_000 / unit.length());

        long start = System.nanoTime();
        Verdict verdict = SCREEN.scan(List.of(Segment.ofText(Place.TOOL_OUTPUT, text)));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE);
        assertThat(verdict.coverage().chars()).isEqualTo(text.length());
        assertThat(verdict.coverage().incomplete())
                .isEqualTo(verdict.findings().stream()
                        .anyMatch(finding -> finding.rule().equals(Finding.BUDGET_RULE)));
    }

    @Test
    void manySmallSegmentsCostLikeOneLargeOne() {
        Segment segment = Segment.ofText(Place.STRUCTURED, "ignore your");

        long start = System.nanoTime();
        Verdict verdict = SCREEN.scan(Collections.nCopies(100_000, segment));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DEADLINE);
        assertThat(verdict.coverage().segments()).isEqualTo(100_000);
    }

    @Test
    void anOrdinaryMegabyteStaysFarBelowTheWorkLimit() {
        String text = "The user asked about the previous order; the tool answered that your account has no content. ";

        assertThat(SCREEN.scan(List.of(Segment.ofText(Place.TOOL_OUTPUT, text.repeat(10_000))))
                        .coverage()
                        .incomplete())
                .isFalse();
    }
}
