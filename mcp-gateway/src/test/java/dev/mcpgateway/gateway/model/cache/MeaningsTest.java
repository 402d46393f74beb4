package dev.mcpgateway.gateway.model.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.gateway.embed.Meaning;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Meanings of one place: bounded, the nearest first, and of other places nothing. */
class MeaningsTest {
    private static final CacheKey PLACE = new CacheKey("p");

    private final List<CacheKey> dropped = new ArrayList<>();
    private final Meanings meanings = new Meanings(5, dropped::add);

    private static Meaning at(double degrees) {
        double angle = Math.toRadians(degrees);
        return Meaning.of(new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
    }

    private void add(CacheKey place, String key, double degrees, long mark) {
        meanings.add(place, new Meanings.Known(new CacheKey(key), at(degrees), mark));
    }

    private List<String> near(double degrees, long mark) {
        return meanings.near(PLACE, at(degrees), mark, 0.9f).stream()
                .map(CacheKey::sha256)
                .toList();
    }

    @Test
    void theNearestComeFirstAndNoneThatIsTooFarOrHasOtherParticulars() {
        add(PLACE, "a", 20, 1);
        add(PLACE, "b", 5, 1);
        add(PLACE, "far", 80, 1);
        add(PLACE, "other", 0, 2);
        add(new CacheKey("q"), "elsewhere", 0, 1);

        assertThat(near(0, 1)).containsExactly("b", "a");
        assertThat(near(0, 3)).isEmpty();
    }

    @Test
    void theOldestMakesRoomAndIsForgotten() {
        for (int i = 1; i <= 6; i++) {
            add(PLACE, "k" + i, i, 1);
        }

        assertThat(dropped).containsExactly(new CacheKey("k1"));
        assertThat(meanings.size()).isEqualTo(5);
        assertThat(near(1, 1)).containsExactly("k2", "k3", "k4", "k5");
    }

    @Test
    void theSameTextIsThereOnce() {
        add(PLACE, "a", 0, 1);
        add(PLACE, "a", 0, 1);

        assertThat(near(0, 1)).containsExactly("a");
        meanings.remove(new CacheKey("a"));
        meanings.remove(new CacheKey("a"));
        assertThat(near(0, 1)).isEmpty();
        assertThat(meanings.size()).isZero();
    }

    @Test
    void clearedThereIsNone() {
        add(PLACE, "a", 0, 1);

        meanings.clear();

        assertThat(near(0, 1)).isEmpty();
        assertThat(meanings.size()).isZero();
    }
}
