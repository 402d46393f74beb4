package dev.mcpgateway.gateway.model.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mcpgateway.gateway.config.ChangeWindow;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each detector with an injected fault, right below its threshold, and over a quiet week. */
class DetectorsTest {
    private static final Instant MONDAY = Instant.parse("2026-11-16T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);

    private final List<Signal> raised = new ArrayList<>();

    /** A tenant's ordinary traffic: about a call a minute, seven of ten by one model, by chance of this seed. */
    private Instant drift(RoutingDrift detector, Instant from, Duration length, double share, Random random) {
        Instant now = from;
        while (now.isBefore(from.plus(length))) {
            String model = random.nextDouble() < share ? "a/one" : "b/two";
            detector.served("acme", model, now).ifPresent(raised::add);
            now = now.plusSeconds(30 + random.nextInt(60));
        }
        return now;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void routingIsQuietForAWeekAndLoudWhenItTurns(long seed) {
        RoutingDrift detector = new RoutingDrift();
        Random random = new Random(seed);

        Instant later = drift(detector, MONDAY, WEEK, 0.7, random);
        assertThat(raised).as("seed " + seed).isEmpty();
        drift(detector, later, Duration.ofHours(2), 0.0, random);

        assertThat(raised).as("seed " + seed).hasSizeBetween(1, 2);
        assertThat(raised.getFirst().kind()).isEqualTo(Signal.Kind.ROUTING_DRIFT);
        assertThat(raised.getFirst().tenant()).isEqualTo("acme");
        assertThat(raised.getFirst().about()).isEqualTo("b/two");
        assertThat(raised.getFirst().value()).isGreaterThan(0.2);
    }

    @Test
    void routingThatWasChangedOnPurposeIsNoDrift() {
        RoutingDrift detector = new RoutingDrift();
        Random random = new Random(4);
        Instant later = drift(detector, MONDAY, Duration.ofDays(2), 1.0, random);

        detector.changed();
        drift(detector, later, Duration.ofHours(3), 0.0, random);

        assertThat(raised).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"49, false", "50, true"})
    void fewCallsOfAnHourSayNothing(int calls, boolean isRaised) {
        RoutingDrift detector = new RoutingDrift();
        Instant later =
                drift(detector, MONDAY, Duration.ofDays(1), 1.0, new Random(5)).plus(Duration.ofHours(2));

        for (int i = 0; i < calls; i++) {
            detector.served("acme", "b/two", later.plusSeconds(i)).ifPresent(raised::add);
        }

        assertThat(raised.size()).isEqualTo(isRaised ? 1 : 0);
    }

    @Test
    void theDivergenceIsThatOfJensenAndShannon() {
        assertThat(RoutingDrift.divergence(Map.of("a", 10L), Map.of("b", 3L))).isEqualTo(1.0, within(1e-9));
        assertThat(RoutingDrift.divergence(Map.of("a", 10L, "b", 10L), Map.of("a", 3L, "b", 3L)))
                .isEqualTo(0.0, within(1e-9));
        assertThat(RoutingDrift.divergence(Map.of("a", 1L), Map.of("a", 1L, "b", 1L)))
                .isEqualTo(0.3112781, within(1e-6));
    }

    @Test
    void oneTenantsDriftIsNotAnothers() {
        RoutingDrift detector = new RoutingDrift();
        Instant later = drift(detector, MONDAY, Duration.ofDays(1), 1.0, new Random(6));

        for (int i = 0; i < 200; i++) {
            detector.served("other", "b/two", later.plusSeconds(i)).ifPresent(raised::add);
        }

        assertThat(raised).isEmpty();
    }

    private Instant cuts(TruncationRise detector, Instant from, int calls, double share, Random random) {
        Instant now = from;
        for (int i = 0; i < calls; i++) {
            String reason = random.nextDouble() < share ? "length" : "stop";
            detector.finished("acme", reason, now).ifPresent(raised::add);
            now = now.plusSeconds(60);
        }
        return now;
    }

    @ParameterizedTest
    @CsvSource({"1, 0.00", "2, 0.03", "3, 0.20"})
    void truncationIsQuietForAWeekAndLoudWhenItRises(long seed, double usual) {
        TruncationRise detector = new TruncationRise();
        Random random = new Random(seed);

        Instant later = cuts(detector, MONDAY, 7 * 24 * 60, usual, random);
        assertThat(raised).as("seed " + seed).isEmpty();
        cuts(detector, later, 120, 0.7, random);

        assertThat(raised).as("seed " + seed).isNotEmpty();
        assertThat(raised.getFirst().kind()).isEqualTo(Signal.Kind.TRUNCATION_RISE);
    }

    @Test
    void aTenantThatIsNewIsLearntFirst() {
        cuts(new TruncationRise(), MONDAY, TruncationRise.LEARNT_CALLS, 1.0, new Random(7));

        assertThat(raised).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "MAX_TOKENS", "max_output_tokens", "model_context_window_exceeded"})
    void everyProvidersWordForItCounts(String word) {
        TruncationRise detector = new TruncationRise();
        Instant later = cuts(detector, MONDAY, 300, 0.0, new Random(8));

        for (int i = 0; i < 40; i++) {
            detector.finished("acme", word, later.plusSeconds(i)).ifPresent(raised::add);
        }

        assertThat(raised).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"149, true", "151, false"})
    void threeRefusalsWithinFiveMinutesAreOneSignal(int secondsBetween, boolean isRaised) {
        AuthFailures detector = new AuthFailures();
        // an ordinary week of single refusals, so that the average alone raises nothing
        Instant now = MONDAY;
        for (int i = 0; i < 7 * 24; i++) {
            now = now.plus(Duration.ofHours(1));
            detector.refused("acme", "secret", now).ifPresent(raised::add);
        }
        assertThat(raised).as("a quiet week").isEmpty();
        now = now.plus(Duration.ofMinutes(61));

        for (int i = 0; i < 3; i++) {
            detector.refused("acme", "secret", now.plusSeconds((long) i * secondsBetween))
                    .ifPresent(raised::add);
        }

        assertThat(raised.size()).isEqualTo(isRaised ? 1 : 0);
    }

    @Test
    void refusalsFarAboveTheAverageAreASignal() {
        AuthFailures detector = new AuthFailures();

        for (int i = 0; i < 3; i++) {
            detector.refused("acme", "secret", MONDAY.plus(Duration.ofMinutes(15L * i)))
                    .ifPresent(raised::add);
        }

        assertThat(raised)
                .hasSize(1)
                .first()
                .satisfies(signal -> assertThat(signal.about()).isEqualTo("acme/secret"));
    }

    @Test
    void thePairOfKeysIsToldApart() {
        AuthFailures detector = new AuthFailures();

        for (String key : List.of("secret", "next", "secret", "next")) {
            detector.refused("acme", key, MONDAY).ifPresent(raised::add);
        }

        assertThat(raised).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-16T08:59:59Z, true",
        "2026-11-16T09:00:00Z, false",
        "2026-11-16T16:59:59Z, false",
        "2026-11-16T17:00:00Z, true",
        "2026-11-22T10:00:00Z, true"
    })
    void anOverrideOutsideOfAllWindowsIsASignal(String at, boolean isRaised) {
        ChangeTimes detector = new ChangeTimes(List.of(new ChangeWindow(
                EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY),
                LocalTime.of(9, 0),
                LocalTime.of(17, 0),
                ZoneOffset.UTC)::covers));

        assertThat(detector.overridden("kill.removed", "ops", Instant.parse(at)).isPresent())
                .isEqualTo(isRaised);
    }

    @Test
    void aWindowMayLastBeyondMidnightAndHasItsOwnClocks() {
        ChangeWindow night = new ChangeWindow(
                EnumSet.of(DayOfWeek.FRIDAY), LocalTime.of(22, 0), LocalTime.of(2, 0), ZoneId.of("Europe/Vienna"));

        assertThat(night.covers(Instant.parse("2026-11-20T20:59:00Z"))).isFalse();
        assertThat(night.covers(Instant.parse("2026-11-20T21:00:00Z"))).isTrue();
        assertThat(night.covers(Instant.parse("2026-11-21T00:59:00Z"))).isTrue();
        assertThat(night.covers(Instant.parse("2026-11-21T01:00:00Z"))).isFalse();
        assertThat(night.covers(Instant.parse("2026-11-20T00:30:00Z")))
                .as("the night before")
                .isFalse();
        assertThat(new ChangeTimes(List.of()).overridden("kill.set", "", MONDAY))
                .isEmpty();
    }

    @Test
    void anotherModelThanWasAskedIsASignal() {
        ServedMismatch detector = new ServedMismatch();

        assertThat(detector.answered("acme", "p", "gpt-x", "gpt-x-nano", MONDAY))
                .isPresent();
        assertThat(detector.answered("acme", "p", "gpt-x", "gpt-y", MONDAY)).isPresent();
        assertThat(detector.answered("acme", "p", "gpt-x", "gpt-y", MONDAY.plusSeconds(60)))
                .as("once an hour")
                .isEmpty();
    }

    @Test
    void whatIsKeptOfNamesIsBounded() {
        PerKey<Object> states = new PerKey<>(3, Object::new);
        Counts counts = new Counts(Duration.ofMinutes(10), 6);
        for (int i = 0; i < 100; i++) {
            states.of("tenant-" + i);
            counts.add("model-" + i, MONDAY);
        }

        assertThat(states.size()).isEqualTo(3);
        assertThat(counts.sums(MONDAY)).hasSize(Counts.NAMES_MAX + 1).containsEntry(Counts.OTHERS, 84L);
        assertThat(counts.sums(MONDAY.plus(Duration.ofMinutes(61)))).isEmpty();
    }

    /** Requests of all lengths, a quarter of a token a byte and a fifth more or less, after {@code billing} of it. */
    private Instant bills(BilledInput detector, Instant from, int calls, LongUnaryOperator billing, Random random) {
        Instant now = from;
        for (int i = 0; i < calls; i++) {
            long bytes = Math.round(400 * Math.exp(random.nextDouble() * 5));
            long tokens = Math.max(1, Math.round((bytes - 150) * 0.25 * (0.8 + 0.4 * random.nextDouble())));
            detector.billed("acme", "p/m chat", bytes, billing.applyAsLong(tokens), now)
                    .ifPresent(raised::add);
            now = now.plusSeconds(60);
        }
        return now;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void billsAreQuietForAWeekAndLoudWhenAPartOfThePromptIsLeftOut(long seed) {
        BilledInput detector = new BilledInput();
        Random random = new Random(seed);

        Instant later = bills(detector, MONDAY, 7 * 24 * 60, tokens -> tokens, random);
        assertThat(raised).as("seed " + seed).isEmpty();
        bills(detector, later, 240, tokens -> Math.min(tokens, 2_000), random);

        assertThat(raised).as("seed " + seed).isNotEmpty();
        assertThat(raised.getFirst().kind()).isEqualTo(Signal.Kind.TRUNCATION_RISE);
        assertThat(raised.getFirst().about()).isEqualTo("p/m chat");
        assertThat(raised.getFirst().what())
                .contains("more than 30 % below their estimate", "the last one 2000 tokens");
    }

    @ParameterizedTest
    @CsvSource({"0.80, false", "0.50, true"})
    void onlyWhatIsFarBelowTheEstimateCounts(double billed, boolean isRaised) {
        BilledInput detector = new BilledInput();
        Instant now = MONDAY;
        for (int i = 0; i < 300; i++) {
            detector.billed("acme", "p/m chat", 4_000, 1_000, now).ifPresent(raised::add);
        }
        for (int i = 0; i < 60; i++) {
            detector.billed("acme", "p/m chat", 4_000, Math.round(1_000 * billed), now)
                    .ifPresent(raised::add);
            detector.billed("other", "p/m chat", 4_000, Math.round(1_000 * billed), now)
                    .ifPresent(raised::add);
        }

        assertThat(raised.size()).as("once an hour, of one tenant").isEqualTo(isRaised ? 1 : 0);
    }

    @Test
    void aCallOfWhichNothingIsSaidTeachesNothing() {
        BilledInput detector = new BilledInput();

        for (int i = 0; i < 1_000; i++) {
            detector.billed("acme", "p/m chat", 4_000, i < 500 ? 1_000 : -1, MONDAY)
                    .ifPresent(raised::add);
        }

        assertThat(raised).isEmpty();
    }
}
