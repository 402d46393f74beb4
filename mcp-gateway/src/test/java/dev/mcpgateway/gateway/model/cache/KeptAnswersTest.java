package dev.mcpgateway.gateway.model.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.gateway.config.ModelCaches;
import dev.mcpgateway.gateway.model.cache.Flights.Landing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Answers in memory: within their bounds, for their time, and open to nobody but their tenant in their slot. */
class KeptAnswersTest {
    private static final byte[] CONTENT = "what alice was told".getBytes(StandardCharsets.UTF_8);

    private final AtomicLong nanos = new AtomicLong(-5);
    private final TenantKeys keys = new TenantKeys(new Random(7));
    private final KeptAnswers answers = answers(100_000, 10);

    private KeptAnswers answers(long bytes, int entries) {
        return new KeptAnswers(
                new ModelCaches.Exact(Map.of(), bytes, entries, 1_000_000, Duration.ZERO), keys, nanos::get);
    }

    private static Slot slot(String tenant, String key) {
        return new Slot(
                new Tenant(true, tenant),
                new CacheKey(key),
                Duration.ofSeconds(10).toNanos());
    }

    @Test
    void anAnswerIsThereForItsTimeAndSaysItsAge() {
        answers.keep(slot("a", "1"), CONTENT);
        nanos.addAndGet(Duration.ofSeconds(9).toNanos());

        KeptAnswers.Found found = answers.find(slot("a", "1")).orElseThrow();
        assertThat(found.content()).isEqualTo(CONTENT);
        assertThat(found.ageNanos()).isEqualTo(Duration.ofSeconds(9).toNanos());

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(answers.find(slot("a", "1"))).isEmpty();
    }

    @Test
    void evenUnderTheSameKeyAnotherTenantFindsNothing() {
        answers.keep(slot("a", "1"), CONTENT);
        answers.keep(slot("b", "2"), CONTENT);

        assertThat(answers.find(slot("b", "1"))).isEmpty();
        assertThat(answers.find(slot("c", "1"))).isEmpty();
        assertThat(answers.find(slot("a", "1"))).isPresent();
    }

    @Test
    void whatWasSealedIsNotTheTextAndOpensInItsSlotOnly() {
        byte[] sealed = keys.seal(slot("a", "1"), CONTENT);
        byte[] again = keys.seal(slot("a", "1"), CONTENT);

        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("alice");
        assertThat(again).as("no nonce is used twice").isNotEqualTo(sealed);
        assertThat(keys.open(slot("a", "1"), sealed)).contains(CONTENT);
        assertThat(keys.open(slot("a", "2"), sealed)).isEmpty();
        assertThat(keys.open(slot("b", "1"), sealed)).isEmpty();
    }

    @Test
    void aTenantsKeyEndsWithTheLastOfItsAnswers() {
        answers.keep(slot("a", "1"), CONTENT);
        answers.keep(slot("a", "1"), CONTENT);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        answers.keep(slot("a", "2"), CONTENT);
        byte[] sealed = keys.seal(slot("b", "3"), CONTENT);
        assertThat(keys.size()).isEqualTo(2);

        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(answers.size()).isEqualTo(1);
        assertThat(keys.size()).isEqualTo(2);
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(answers.size()).isZero();
        assertThat(keys.size()).isEqualTo(1);

        keys.release(new Tenant(true, "b"));
        byte[] other = keys.seal(slot("b", "3"), CONTENT);
        assertThat(keys.open(slot("b", "3"), sealed))
                .as("the key is another one")
                .isEmpty();
        assertThat(keys.open(slot("b", "3"), other)).isPresent();
    }

    @Test
    void thereAreNeverMoreThanTheBoundsSay() {
        for (int i = 0; i < 200; i++) {
            answers.keep(slot("t" + i, "k" + i), CONTENT);
        }
        assertThat(answers.size()).isBetween(1L, 10L);
        assertThat(keys.size()).isEqualTo((int) answers.size());

        KeptAnswers large = answers(100_000, 1_000);
        for (int i = 0; i < 50; i++) {
            large.keep(slot("large", "l" + i), new byte[30_000]);
        }
        assertThat(large.size()).isBetween(1L, 3L);
        large.keep(slot("large", "huge"), new byte[200_000]);
        assertThat(large.find(slot("large", "huge"))).isEmpty();
    }

    @Test
    void answersOnTheirWayTakeNoMoreMemoryThanThereIsForThem() {
        Room room = new Room(10_000);
        List<Landing> landings = new ArrayList<>();
        ModelEvent event =
                new ModelEvent("", ("\"" + "x".repeat(3_000) + "\"").getBytes(StandardCharsets.UTF_8), Mark.OPEN);
        AnswerKeeper first = keeper(room, landings);
        AnswerKeeper second = keeper(room, landings);
        first.event(event);
        first.event(event);
        second.event(event);
        assertThat(landings).isEmpty();

        second.event(event);
        assertThat(landings).containsExactly(Landing.NOT_KEPT);
        first.close();
        first.close();
        second.close();

        assertThat(landings).containsExactly(Landing.NOT_KEPT, Landing.FAILED);
        assertThat(room.take(10_000)).as("all of it was given back").isTrue();
        assertThat(room.take(1)).isFalse();
    }

    private static AnswerKeeper keeper(Room room, List<Landing> landings) {
        return new AnswerKeeper(ModelApi.CHAT_COMPLETIONS, 9_000, room, _ -> {}, landings::add);
    }
}
