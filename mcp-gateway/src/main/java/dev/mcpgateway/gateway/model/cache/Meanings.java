package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.gateway.embed.Meaning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What texts mean whose answers are kept, apart for all that requests have beside the text. A place has a bounded number of
 * them, which are all compared; the oldest one makes room.
 */
final class Meanings {
    /** Of all that are near enough: the nearest ones are looked at more closely, which costs the opening of an answer. */
    private static final int NEAREST = 4;

    private final ConcurrentMap<CacheKey, Known[]> byPlace = new ConcurrentHashMap<>();
    private final ConcurrentMap<CacheKey, CacheKey> places = new ConcurrentHashMap<>();
    private final int most;
    private final Consumer<CacheKey> dropped;

    /**
     * Nothing yet.
     *
     * @param most meanings of one place
     * @param dropped told of each one that makes room for another
     */
    Meanings(int most, Consumer<CacheKey> dropped) {
        this.most = most;
        this.dropped = dropped;
    }

    /**
     * A text whose answer is kept.
     *
     * @param key of the answer
     * @param mark of its particulars
     */
    record Known(CacheKey key, Meaning meaning, long mark) {}

    private record Near(Known known, float cosine) {}

    /** The nearest ones, nearest first, of those with the same particulars and at least this cosine. */
    List<CacheKey> near(CacheKey place, Meaning meaning, long mark, float least) {
        List<Near> near = new ArrayList<>();
        Known[] all = byPlace.get(place);
        for (int i = 0; all != null && i < all.length; i++) {
            if (all[i].mark() == mark) {
                float cosine = meaning.cosine(all[i].meaning());
                if (cosine >= least) {
                    near.add(new Near(all[i], cosine));
                }
            }
        }
        near.sort(Comparator.comparingDouble(Near::cosine).reversed());
        return near.stream().limit(NEAREST).map(each -> each.known().key()).toList();
    }

    /** Adds one, instead of an older one of the same key. */
    void add(CacheKey place, Known known) {
        List<CacheKey> tooMany = new ArrayList<>();
        places.put(known.key(), place);
        byPlace.compute(place, (_, before) -> {
            List<Known> after = without(before, known.key());
            while (after.size() >= most) {
                tooMany.add(after.removeFirst().key());
            }
            after.add(known);
            return after.toArray(Known[]::new);
        });
        tooMany.forEach(key -> {
            places.remove(key);
            dropped.accept(key);
        });
    }

    /** Its answer is gone. */
    void remove(CacheKey key) {
        CacheKey place = places.remove(key);
        if (place != null) {
            byPlace.computeIfPresent(place, (_, before) -> {
                List<Known> after = without(before, key);
                return after.isEmpty() ? null : after.toArray(Known[]::new);
            });
        }
    }

    private static List<Known> without(Known @Nullable [] before, CacheKey key) {
        List<Known> after = new ArrayList<>(before == null ? 1 : before.length + 1);
        for (int i = 0; before != null && i < before.length; i++) {
            if (!before[i].key().equals(key)) {
                after.add(before[i]);
            }
        }
        return after;
    }

    /** Forgets all. */
    void clear() {
        places.clear();
        byPlace.clear();
    }

    /** How many there are. */
    int size() {
        return places.size();
    }
}
