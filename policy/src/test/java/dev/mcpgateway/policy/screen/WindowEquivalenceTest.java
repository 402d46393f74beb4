package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** A window around a literal must find exactly what a scan of the whole text finds: rules and spans. */
class WindowEquivalenceTest {

    private static final PatternSet SHIPPED = PatternSet.shipped();
    private static final long ENOUGH = Long.MAX_VALUE / 2;

    private static View view(String text) {
        ViewBuilder builder = new ViewBuilder(SHIPPED.lookAlikes(), text.length(), false);
        builder.append(text);
        return builder.build();
    }

    private static List<String> byWindows(PatternSet patterns, View view) {
        List<String> found = new ArrayList<>();
        WindowScan.run(
                patterns,
                view,
                new WorkBudget(ENOUGH),
                (rule, start, end) -> found.add(rule.id() + "@" + start + "-" + end));
        found.sort(null);
        return found;
    }

    private static List<String> byFullScan(PatternSet patterns, View view) {
        List<String> found = new ArrayList<>();
        for (PatternRule rule : patterns.rules()) {
            if (rule.match() instanceof PatternRule.Match.Regex regex) {
                Matcher matcher = regex.pattern().matcher(view.toString());
                while (matcher.find()) {
                    found.add(rule.id() + "@" + matcher.start() + "-" + matcher.end());
                }
            }
        }
        found.sort(null);
        return found;
    }

    static void assertEquivalent(String text) {
        View view = view(text);

        assertThat(byWindows(SHIPPED, view)).as(text).isEqualTo(byFullScan(SHIPPED, view));
    }

    @Test
    void onTheSamplesAloneAndAllTogether() {
        StringBuilder all = new StringBuilder();
        for (Samples samples : Samples.all()) {
            for (String text : samples.positive()) {
                assertEquivalent(text);
                all.append(text).append(' ');
            }
            samples.negative().forEach(WindowEquivalenceTest::assertEquivalent);
        }
        assertEquivalent(all.toString());
        assertThat(byWindows(SHIPPED, view(all.toString()))).hasSizeGreaterThan(100);
    }

    @Test
    void onTextsGeneratedFromEachRule() {
        long seed = RandomGenerator.getDefault().nextLong();
        System.out.println("WindowEquivalenceTest.onTextsGeneratedFromEachRule seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        RuleTexts texts = new RuleTexts(random);
        for (String source : RuleTexts.shippedExpressions()) {
            RegexNode node = RegexParser.parse(source);
            int matched = 0;
            for (int i = 0; i < 60; i++) {
                StringBuilder text = new StringBuilder(texts.filler(random.nextInt(60)));
                for (int n = random.nextInt(1, 4); n > 0; n--) {
                    text.append(texts.match(node))
                            .append(texts.filler(random.nextInt(4) == 0 ? random.nextInt(400) : 1));
                }
                assertEquivalent(text.toString());
                matched += byWindows(SHIPPED, view(text.toString())).isEmpty() ? 0 : 1;
            }
            assertThat(matched).as("generated texts that match " + source).isGreaterThan(20);
        }
    }

    @Test
    void atTheBordersOfWindowsAndTexts() {
        PatternSet patterns = RuleTexts.pack("abc", 10, 10, "(?:x{10}|y)abc(?:z{10}|w|\\b)");
        for (String text : List.of(
                "xxxxxxxxxxabczzzzzzzzzz",
                "yabc",
                "abc",
                "xxxxxxxxxabc",
                "yabcw yabcw",
                "xxxxxxxxxxabczzzzzzzzzzxxxxxxxxxxabczzzzzzzzzz",
                "yabcyabcyabc",
                "yabcabc yabc",
                "yabczzzzzzzzzzyabc")) {
            View view = view(text);
            assertThat(byWindows(patterns, view)).as(text).isEqualTo(byFullScan(patterns, view));
        }
    }
}
