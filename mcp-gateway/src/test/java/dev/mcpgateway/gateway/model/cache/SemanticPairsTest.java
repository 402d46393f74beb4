package dev.mcpgateway.gateway.model.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.embed.Meaning;
import dev.mcpgateway.gateway.embed.MiniLm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Texts that ask the same, and texts that nearly do: what the comparison makes of them, measured with the model itself. The
 * figures are those of {@code docs/semantic-cache.md}.
 */
class SemanticPairsTest {
    private static final float DEFAULT = 0.95f;

    /** Least figure that an operator may set. */
    private static final float LEAST = 0.80f;

    private static MiniLm model;
    private static List<Pair> pairs;
    private static List<Pair> unseen;
    private static List<Pair> readers;

    private record Pair(String kind, String one, String other, float cosine, boolean agree) {
        boolean isHit(float least) {
            return cosine >= least && agree;
        }

        boolean asksTheSame() {
            return kind.equals("paraphrase");
        }
    }

    @BeforeAll
    static void compare() throws Exception {
        model = MiniLm.load(2);
        pairs = pairs("pairs.txt");
        unseen = pairs("pairs-unseen.txt");
        readers = pairs("pairs-reader.txt");
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<Pair> pairs(String name) throws IOException {
        try (InputStream in = SemanticPairsTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(SemanticPairsTest::pair)
                    .toList();
        }
    }

    /** Both texts may be the kept one, so the comparison must not depend on which is. */
    private static Pair pair(String line) {
        String[] parts = line.split(" \\| ", -1);
        try {
            Meaning some = model.meaning(parts[1]).orElseThrow();
            Meaning other = model.meaning(parts[2]).orElseThrow();
            Particulars one = Particulars.of(parts[1]).orElseThrow();
            Particulars two = Particulars.of(parts[2]).orElseThrow();
            assertThat(one.agree(two)).as(line).isEqualTo(two.agree(one));
            if (one.agree(two)) {
                assertThat(one.mark(3)).as(line).isEqualTo(two.mark(3));
            }
            return new Pair(parts[0], parts[1], parts[2], some.cosine(other), one.agree(two));
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    @Test
    void noTextThatAsksSomethingElseIsTakenForTheSame() {
        assertThat(pairs.stream().filter(pair -> !pair.asksTheSame()))
                .hasSizeGreaterThanOrEqualTo(95)
                .noneMatch(pair -> pair.isHit(LEAST));
    }

    @Test
    void nearnessAloneWouldGiveManyWrongAnswers() {
        assertThat(pairs.stream().filter(pair -> !pair.asksTheSame() && pair.cosine() >= DEFAULT))
                .as("or else the particulars would not be needed")
                .hasSizeGreaterThan(20);
    }

    @Test
    void someTextsThatAskTheSameAreFound() {
        assertThat(pairs.stream().filter(pair -> pair.asksTheSame() && pair.isHit(DEFAULT)))
                .as("of 49; processors round differently")
                .hasSizeBetween(18, 30);
    }

    @Test
    void ofTextsThatTheRulesWereNotMadeForFewAreTakenForTheSame() {
        assertThat(unseen.stream().filter(pair -> !pair.asksTheSame()))
                .hasSize(24)
                .filteredOn(pair -> pair.isHit(DEFAULT))
                .isEmpty();
        assertThat(unseen.stream().filter(pair -> pair.asksTheSame() && pair.isHit(DEFAULT)))
                .hasSizeGreaterThan(3);
    }

    /** Kinds of texts that came through before: the rules were changed for them. */
    @Test
    void noneOfTheTextsByWhichAReaderGotAroundTheRulesIsTakenForTheSame() {
        assertThat(readers).hasSize(48).filteredOn(pair -> pair.isHit(DEFAULT)).isEmpty();
        assertThat(readers.stream().filter(pair -> pair.cosine() >= DEFAULT))
                .as("or else they would show nothing")
                .hasSizeGreaterThan(12);
        assertThat(readers.stream().filter(Pair::agree))
                .as("what the cosine alone tells apart")
                .hasSizeLessThan(10);
    }
}
