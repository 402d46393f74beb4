package dev.mcpgateway.gateway.model.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.embed.MiniLm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Texts that ask the same, and texts that nearly do: what the comparison makes of them, measured with the model itself. The
 * figures are those of {@code docs/semantic-cache.md}.
 */
class SemanticPairsTest {
    private static final float DEFAULT = 0.95f;

    private static MiniLm model;
    private static List<Pair> pairs;

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
        pairs = lines().stream().map(SemanticPairsTest::pair).toList();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = SemanticPairsTest.class.getResourceAsStream("pairs.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    private static Pair pair(String line) {
        String[] parts = line.split(" \\| ");
        try {
            float cosine = model.meaning(parts[1])
                    .orElseThrow()
                    .cosine(model.meaning(parts[2]).orElseThrow());
            Particulars some = Particulars.of(parts[1]).orElseThrow();
            Particulars others = Particulars.of(parts[2]).orElseThrow();
            assertThat(some.agree(others)).as(line).isEqualTo(others.agree(some));
            assertThat(some.mark(3) == others.mark(3) || !some.agree(others))
                    .as(line)
                    .isTrue();
            return new Pair(parts[0], parts[1], parts[2], cosine, some.agree(others));
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    private static long count(boolean same, float least, boolean cosineAlone) {
        return pairs.stream()
                .filter(pair -> pair.asksTheSame() == same)
                .filter(pair -> cosineAlone ? pair.cosine() >= least : pair.isHit(least))
                .count();
    }

    @Test
    void print() {
        for (float least : new float[] {0.90f, 0.93f, 0.95f, 0.97f}) {
            System.out.printf(
                    Locale.ROOT,
                    "%.2f: paraphrases %d (cosine alone %d), wrong %d (cosine alone %d)%n",
                    least,
                    count(true, least, false),
                    count(true, least, true),
                    count(false, least, false),
                    count(false, least, true));
        }
        Map<String, int[]> kinds = new TreeMap<>();
        for (Pair pair : pairs) {
            int[] of = kinds.computeIfAbsent(pair.kind(), _ -> new int[3]);
            of[0]++;
            of[1] += pair.cosine() >= DEFAULT ? 1 : 0;
            of[2] += pair.isHit(DEFAULT) ? 1 : 0;
        }
        kinds.forEach((kind, of) -> System.out.println(kind + " " + of[0] + " cosine " + of[1] + " hits " + of[2]));
        pairs.stream()
                .filter(pair -> pair.asksTheSame() != pair.isHit(DEFAULT))
                .forEach(pair -> System.out.println(pair));
        pairs.stream()
                .filter(pair -> !pair.asksTheSame() && pair.agree())
                .forEach(pair -> System.out.println("unseen: " + pair));
    }
}
