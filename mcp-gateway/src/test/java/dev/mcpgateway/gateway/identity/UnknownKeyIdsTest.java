package dev.mcpgateway.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a source that asked in vain is refused, and for how long. */
class UnknownKeyIdsTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final List<String> forgiven = new ArrayList<>();
    private final UnknownKeyIds ids =
            new UnknownKeyIds(nanos::get, (source, failures) -> forgiven.add(source + " " + failures));
    private long look;

    private void later(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void lookInVain(String source, String keyId) {
        ids.absent(source, keyId, ++look);
    }

    @Test
    void whatASourceWasToldHoldsForFifteenSecondsAndForItAlone() {
        lookInVain("a", "k");

        later(UnknownKeyIds.REMEMBERED.minusNanos(1));
        assertThat(ids.refuses("a", "k")).isTrue();
        assertThat(ids.refuses("a", "other")).isFalse();
        assertThat(ids.refuses("b", "k")).isFalse();
        later(Duration.ofNanos(1));
        assertThat(ids.refuses("a", "k")).isFalse();
    }

    @Test
    void threeLooksInVainAndThenOneInFiveSeconds() {
        for (int i = 0; i < UnknownKeyIds.SHARE; i++) {
            assertThat(ids.refuses("a", "k" + i)).isFalse();
            lookInVain("a", "k" + i);
        }
        assertThat(ids.refuses("a", "next")).isTrue();
        assertThat(ids.refuses("b", "next")).isFalse();

        later(UnknownKeyIds.REFILL.minusNanos(1));
        assertThat(ids.refuses("a", "next")).isTrue();
        later(Duration.ofNanos(1));
        assertThat(ids.refuses("a", "next")).isFalse();
        lookInVain("a", "next");
        assertThat(ids.refuses("a", "another")).isTrue();
    }

    @Test
    void aPauseFillsTheShareAndNoMore() {
        lookInVain("a", "k");
        later(Duration.ofHours(1));
        for (int i = 0; i < UnknownKeyIds.SHARE; i++) {
            assertThat(ids.refuses("a", "k" + i)).isFalse();
            lookInVain("a", "k" + i);
        }

        assertThat(ids.refuses("a", "next")).isTrue();
    }

    @Test
    void manyOfOneSourceInOneLookHaveCausedItTogether() {
        for (int i = 0; i < 100; i++) {
            ids.absent("a", "k" + i, 1);
        }

        assertThat(ids.refuses("a", "next")).isFalse();
    }

    @Test
    void refusalsAreTakenBackWhenTheKeyIsThere() {
        lookInVain("a", "late");
        lookInVain("b", "late");
        lookInVain("b", "never");
        assertThat(ids.refuses("a", "late")).isTrue();
        later(UnknownKeyIds.REMEMBERED);
        lookInVain("a", "late");

        ids.changed("late"::equals);

        assertThat(forgiven).containsExactlyInAnyOrder("a 3", "b 1");
        ids.changed(_ -> true);
        assertThat(forgiven).as("once").hasSize(2);
        assertThat(ids.refuses("b", "never")).as("asked anew after a change").isFalse();
    }

    @Test
    void aRefusalBecauseTheShareIsUsedUpIsTakenBackForAKeyIdThatWasLookedFor() {
        lookInVain("a", "late");
        later(UnknownKeyIds.REMEMBERED);
        for (int i = 0; i < UnknownKeyIds.SHARE; i++) {
            lookInVain("a", "k" + i);
        }
        assertThat(ids.refuses("a", "late")).isTrue();

        ids.changed("late"::equals);

        assertThat(forgiven).containsExactly("a 2");
    }
}
