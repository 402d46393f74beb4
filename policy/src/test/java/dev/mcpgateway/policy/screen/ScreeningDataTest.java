package dev.mcpgateway.policy.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figures on a folder of labelled records, given by {@code -Dscreening.data=DIR}. The rules were written with these files
 * at hand, so the figures say how well the rules fit them, not how well they do elsewhere.
 */
@EnabledIfSystemProperty(
        named = "screening.data",
        matches = ".+",
        disabledReason = "SKIPPED: no -Dscreening.data=DIR, so recall and false positives are not measured")
class ScreeningDataTest {

    private static final PatternSet SHIPPED = PatternSet.shipped();
    private static final ResponseScreen SCREEN = new ResponseScreen(SHIPPED);

    private record Entry(String source, String text) {}

    private static List<Entry> entries(String file) throws IOException {
        JsonMapper json = new JsonMapper();
        return Files.readAllLines(Path.of(System.getProperty("screening.data"), file + ".jsonl")).stream()
                .map(json::readTree)
                .map((JsonNode node) -> new Entry(
                        node.path("source").stringValue(""), node.path("text").stringValue("")))
                .toList();
    }

    private static double foundIn(String file, String name, Place place, Predicate<Entry> family) throws IOException {
        List<Entry> entries = entries(file).stream().filter(family).toList();
        long found = entries.stream()
                .filter(entry -> SCREEN.scan(List.of(Segment.ofText(place, entry.text())))
                                .findingsTotal()
                        > 0)
                .count();
        double share = (double) found / entries.size();
        System.out.printf(
                Locale.ROOT,
                "%s, %s: %.3f, n = %d, %s@%d%n",
                file,
                name,
                share,
                entries.size(),
                SHIPPED.name(),
                SHIPPED.version());
        return share;
    }

    @Test
    void attacksInOutputsAreFoundAndOrdinaryOutputsAreNot() throws IOException {
        double overt = foundIn(
                "attacks_transplant",
                "plain overt",
                Place.TOOL_OUTPUT,
                entry -> entry.source().startsWith("transplant")
                        && !entry.source().contains("bare"));
        double evasions = foundIn(
                "attacks_transplant",
                "evasions",
                Place.TOOL_OUTPUT,
                entry -> entry.source().startsWith("evasion"));
        foundIn(
                "attacks_transplant",
                "bare instructions",
                Place.TOOL_OUTPUT,
                entry -> entry.source().contains("bare"));
        foundIn("attacks_direct", "direct prompts", Place.PROMPT, entry -> true);
        double benign = foundIn("benign_tool_outputs", "false positives", Place.TOOL_OUTPUT, entry -> true);
        double hard = foundIn("hard_negatives", "false positives", Place.TOOL_OUTPUT, entry -> true);
        double notInject = foundIn(
                "hard_negatives",
                "NotInject false positives",
                Place.TOOL_OUTPUT,
                entry -> entry.source().startsWith("NotInject"));

        assertThat(overt).isGreaterThan(0.88);
        assertThat(evasions).isGreaterThan(0.51);
        assertThat(benign).isLessThanOrEqualTo(0.01);
        assertThat(hard).isLessThanOrEqualTo(0.02);
        assertThat(notInject).isLessThanOrEqualTo(0.01);
    }

    @Test
    void poisonedDefinitionsAreFoundAndOrdinaryOnesAreNot() throws IOException {
        assertThat(foundIn("tools_poisoned", "all", Place.TOOL_DEFINITION, entry -> true))
                .isGreaterThan(0.91);
        assertThat(foundIn("tools_benign", "false positives", Place.TOOL_DEFINITION, entry -> true))
                .isLessThanOrEqualTo(0.01);
    }

    @Test
    void windowsFindWhatAFullScanFindsInEveryRecord() throws IOException {
        for (String file : List.of(
                "attacks_transplant",
                "attacks_indirect",
                "attacks_direct",
                "benign_tool_outputs",
                "hard_negatives",
                "tools_poisoned",
                "tools_benign")) {
            entries(file).forEach(entry -> WindowEquivalenceTest.assertEquivalent(entry.text()));
        }
    }
}
