package dev.mcpgateway.gateway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The README's tables of stages say what the code does. */
class StageTableTest {
    private static final Path README =
            Path.of(System.getProperty("basedir", ".")).resolve("../README.md");

    @Test
    void theTablesNameExactlyTheStages() throws IOException {
        assertThat(tables().stream().flatMap(List::stream).distinct())
                .containsExactlyInAnyOrderElementsOf(names(Stage.values()));
    }

    @Test
    void eachTableIsInTheOrderOfTheEnum() throws IOException {
        assertThat(tables()).hasSizeGreaterThanOrEqualTo(2).allSatisfy(table -> {
            List<String> order = new ArrayList<>(names(Stage.values()));
            if (table.contains(Stage.ROUTE.name())) {
                // a model's rate is asked before its requests are screened; a tool's after its arguments are checked
                order.remove(Stage.ADMIT.name());
                order.add(order.indexOf(Stage.CHECK.name()), Stage.ADMIT.name());
            }
            order.retainAll(table);
            assertThat(table).containsExactlyElementsOf(order);
        });
    }

    @Test
    void everyStageButFilterCacheAndFinishHasReasonsOfItsOwn() {
        List<Stage> refusing =
                Arrays.stream(Reason.values()).map(Reason::stage).distinct().toList();

        assertThat(Stage.values())
                .filteredOn(stage -> stage != Stage.FILTER && stage != Stage.CACHE && stage != Stage.FINISH)
                .allSatisfy(stage -> assertThat(refusing).contains(stage));
    }

    private static List<String> names(Stage[] stages) {
        return Arrays.stream(stages).map(Stage::name).toList();
    }

    /** The first columns of all tables whose header begins with the cell "Stage". */
    private static List<List<String>> tables() throws IOException {
        List<List<String>> tables = new ArrayList<>();
        boolean inTable = false;
        for (String line : Files.readAllLines(README)) {
            if (!line.startsWith("|")) {
                inTable = false;
                continue;
            }
            String cell = line.split("\\|", -1)[1].replace("`", "").strip();
            if (cell.equals("Stage")) {
                inTable = true;
                tables.add(new ArrayList<>());
            } else if (inTable && !cell.matches(":?-+:?")) {
                tables.getLast().add(cell);
            }
        }
        return tables;
    }
}
