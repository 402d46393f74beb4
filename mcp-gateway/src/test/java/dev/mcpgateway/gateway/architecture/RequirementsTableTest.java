package dev.mcpgateway.gateway.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What documents say is there is there: the table of requirements, the risks of OWASP, and every link. */
class RequirementsTableTest {
    private static final int REQUIREMENTS = 136;
    private static final Path TABLE = Repository.ROOT.resolve("mcp-gateway/docs/requirements.md");
    private static final Path SECURITY = Repository.ROOT.resolve("SECURITY.md");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final String NONE = "–";

    private final Repository repository = new Repository();

    RequirementsTableTest() throws IOException {}

    private record Row(String id, String what, String state, String where, String proof) {}

    @Test
    void everyRequirementStandsThereOnceAndInItsOrder() throws IOException {
        assertThat(rows())
                .extracting(Row::id)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, REQUIREMENTS)
                        .mapToObj(id -> "S" + id)
                        .toList());
    }

    @Test
    void whatIsDoneHasAProofAndEverythingThatIsNamedExists() throws IOException {
        assertThat(rows()).flatExtracting(this::problems).isEmpty();
    }

    @Test
    void aRowThatClaimsTooMuchIsFound() {
        String good = "`RequirementsTableTest#aRowThatClaimsTooMuchIsFound`";

        assertThat(problems(row("done", "`Gateway`", good))).isEmpty();
        assertThat(problems(row("done", "`Gateway`", NONE))).hasSize(1);
        assertThat(problems(row("done", NONE, good))).hasSize(1);
        assertThat(problems(row("nearly", "`Gateway`", good))).hasSize(1);
        assertThat(problems(row("partly", "`Gateway`", good))).hasSize(1);
        assertThat(problems(row("done", "`Gatewai`", good))).hasSize(1);
        assertThat(problems(row("done", "`Gateway`", "`RequirementsTableTest#rows`")))
                .hasSize(1);
        assertThat(problems(row("done", "`Gateway`", "`NoSuchTest#anything`"))).hasSize(1);
        assertThat(problems(row("done", "`Gateway`", "`samples/nothing.sh`"))).hasSize(1);
        assertThat(problems(row("done", "`Gateway`", "`README.md`"))).hasSize(1);
        assertThat(problems(row("done", "`Gateway`", "[words](incident.md#no-such-heading)")))
                .hasSize(1);
        assertThat(problems(row("done", "`Gateway`", "seen by eye"))).hasSize(1);
    }

    @Test
    void everyRiskOfOwaspNamesTestsThatExist() throws IOException {
        List<String[]> risks = cells(SECURITY, "LLM[0-9]{2} .*", 3);

        assertThat(risks)
                .extracting(cells -> cells[0].substring(0, 5))
                .containsExactly(
                        "LLM01", "LLM02", "LLM03", "LLM04", "LLM05", "LLM06", "LLM07", "LLM08", "LLM09", "LLM10");
        assertThat(risks).allSatisfy(cells -> {
            List<String> named = quoted(cells[2]);
            if (cells[1].startsWith("**Not addressed**")) {
                assertThat(named).isEmpty();
            } else {
                assertThat(named).as(cells[0]).isNotEmpty().allMatch(repository::hasTest);
            }
        });
    }

    @Test
    void everyLinkOfADocumentLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : repository.documents()) {
            for (String target : Repository.links(Files.readString(document))) {
                links++;
                if (!repository.leadsSomewhere(document, target)) {
                    broken.add(Repository.ROOT.relativize(document) + ": " + target);
                }
            }
        }

        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(150);
    }

    private static Row row(String state, String where, String proof) {
        return new Row("S0", "what", state, where, proof);
    }

    private List<String> problems(Row row) {
        List<String> problems = new ArrayList<>();
        boolean isDone = row.state().equals("done");
        if (!isDone && !row.state().matches("partly: .+|later(: .+)?")) {
            problems.add(row.id() + " is neither done nor partly with what is missing nor later: " + row.state());
        }
        if (isDone && (row.where().equals(NONE) || row.proof().equals(NONE))) {
            problems.add(row.id() + " is done, and says not where or not by which proof");
        }
        if (!row.proof().equals(NONE)
                && quoted(row.proof()).isEmpty()
                && Repository.links(row.proof()).isEmpty()) {
            problems.add(row.id() + " has words for a proof: " + row.proof());
        }
        quoted(row.where()).stream()
                .filter(name -> !repository.hasClass(name))
                .forEach(name -> problems.add(row.id() + " names no class: " + name));
        quoted(row.proof()).stream()
                .filter(name -> name.contains("#")
                        ? !repository.hasTest(name)
                        : name.endsWith(".md") || !Repository.isScript(name))
                .forEach(name -> problems.add(row.id() + " names no test and no script: " + name));
        Repository.links(row.where() + row.proof()).stream()
                .filter(target -> !repository.leadsSomewhere(TABLE, target))
                .forEach(target -> problems.add(row.id() + " leads nowhere: " + target));
        return problems;
    }

    private static List<Row> rows() throws IOException {
        return cells(TABLE, "S[0-9]+", 5).stream()
                .map(cells -> new Row(cells[0], cells[1], cells[2], cells[3], cells[4]))
                .toList();
    }

    /** The rows of a document's tables whose first cell has this form. */
    private static List<String[]> cells(Path document, String first, int columns) throws IOException {
        List<String[]> rows = Files.readAllLines(document).stream()
                .filter(line -> line.startsWith("| "))
                .map(line -> Arrays.stream(line.substring(1).split("\\|", -1))
                        .map(String::strip)
                        .toArray(String[]::new))
                .filter(cells -> cells[0].matches(first))
                .toList();
        assertThat(rows)
                .isNotEmpty()
                .allSatisfy(cells -> assertThat(cells).as(cells[0]).hasSize(columns + 1));
        return rows;
    }

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text)
                .results()
                .map(MatchResult::group)
                .map(found -> found.replace("`", ""))
                .toList();
    }
}
