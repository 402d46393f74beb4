package dev.mcpgateway.gateway.model.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.gateway.config.Routing;
import dev.mcpgateway.gateway.model.route.Breaker.Outcome;
import dev.mcpgateway.gateway.model.route.Breaker.Pass;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a target is left alone, probed, tried with few calls and trusted again. */
class BreakerTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long OPEN = Duration.ofMinutes(5).toNanos();

    private long now = 77;
    private final Breaker breaker = new Breaker(Routing.Breaker.DEFAULT, now);

    private Breaker.@Nullable Change call(Outcome outcome) {
        return breaker.note(breaker.pass(now).orElseThrow(), outcome, now);
    }

    private void calls(int successes, int failures) {
        for (int each = 0; each < successes; each++) {
            call(Outcome.SUCCESS);
        }
        for (int each = 0; each < failures; each++) {
            call(Outcome.FAILURE);
        }
    }

    private BreakerState state() {
        return breaker.view(now).state();
    }

    private void trip() {
        calls(48, 2);
        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    private void probed(Outcome outcome) {
        now += breaker.view(now).opensInNanos();
        call(outcome);
    }

    /** Climbs one step of the ramp. */
    private void climb() {
        calls(19, 0);
        now += 30 * SECOND;
        calls(1, 0);
    }

    @Test
    void fewerCallsThanTheMinimumNeverTrip() {
        calls(0, 49);

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        call(Outcome.FAILURE);
        assertThat(state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void itTripsAboveTheRateAndNotAtIt() {
        calls(98, 2);
        assertThat(state()).as("2 of 100").isEqualTo(BreakerState.CLOSED);

        call(Outcome.FAILURE);

        assertThat(state()).as("3 of 101").isEqualTo(BreakerState.OPEN);
    }

    @Test
    void whatIsIgnoredCountsNeitherWay() {
        calls(0, 49);
        for (int each = 0; each < 1_000; each++) {
            call(Outcome.IGNORED);
        }

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void failuresOfLongAgoAreForgotten() {
        calls(30, 1);
        now += 310 * SECOND;
        calls(48, 1);
        assertThat(state()).as("1 of 49").isEqualTo(BreakerState.CLOSED);

        calls(1, 0);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void openLetsNothingThroughUntilItsTimeIsOver() {
        trip();

        now += OPEN - 1;
        assertThat(breaker.pass(now)).isEmpty();
        assertThat(breaker.view(now).opensInNanos()).isEqualTo(1);

        now += 1;
        assertThat(breaker.pass(now)).get().extracting(Pass::isProbe).isEqualTo(true);
        assertThat(breaker.pass(now)).as("one probe").isEmpty();
        assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
    }

    @Test
    void ofAThousandCallersOneProbes() throws Exception {
        trip();
        now += OPEN;
        CountDownLatch go = new CountDownLatch(1);
        List<Callable<Boolean>> callers = new ArrayList<>();
        for (int each = 0; each < 1_000; each++) {
            callers.add(() -> {
                go.await();
                return breaker.pass(now).isPresent();
            });
        }

        int through = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> futures =
                    callers.stream().map(threads::submit).toList();
            go.countDown();
            for (Future<Boolean> future : futures) {
                through += future.get() ? 1 : 0;
            }
        }

        assertThat(through).isEqualTo(1);
    }

    @Test
    void eachRelapseDoublesTheTimeUpToItsLimit() {
        trip();
        List<Long> minutes = new ArrayList<>();
        for (int each = 0; each < 6; each++) {
            minutes.add(Duration.ofNanos(breaker.view(now).opensInNanos()).toMinutes());
            probed(Outcome.FAILURE);
        }

        assertThat(minutes).containsExactly(5L, 10L, 20L, 40L, 60L, 60L);
    }

    @Test
    void aLostProbeIsFollowedByAnother() {
        trip();
        now += OPEN;
        Pass lost = breaker.pass(now).orElseThrow();

        now += Duration.ofMinutes(15).toNanos();
        Pass next = breaker.pass(now).orElseThrow();
        assertThat(breaker.note(lost, Outcome.SUCCESS, now)).as("late news").isNull();

        assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
        breaker.note(next, Outcome.SUCCESS, now);
        assertThat(state()).isEqualTo(BreakerState.RAMP);
    }

    @Test
    void aProbeThatSaysNothingMakesRoomForAnother() {
        trip();
        probed(Outcome.IGNORED);

        assertThat(breaker.pass(now)).isPresent();
    }

    @Test
    void aProbeIsAnsweredWhenItsStreamBegins() {
        trip();
        now += OPEN;
        Pass probe = breaker.pass(now).orElseThrow();

        Breaker.Begun begun = breaker.begun(probe, now);

        assertThat(begun.change()).extracting(Breaker.Change::to).isEqualTo(BreakerState.RAMP);
        assertThat(breaker.pass(now)).as("others need not wait for the end").isPresent();
        now += Duration.ofMinutes(10).toNanos();
        assertThat(breaker.note(begun.pass(), Outcome.FAILURE, now))
                .as("one failure on the ramp")
                .isNull();
        assertThat(state()).isEqualTo(BreakerState.RAMP);
        assertThat(call(Outcome.FAILURE)).extracting(Breaker.Change::to).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void theBeginningOfALostProbeIsNoNews() {
        trip();
        now += OPEN;
        Pass lost = breaker.pass(now).orElseThrow();
        now += Duration.ofMinutes(15).toNanos();
        Pass next = breaker.pass(now).orElseThrow();

        assertThat(breaker.begun(lost, now)).isEqualTo(new Breaker.Begun(lost, null));
        assertThat(state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.begun(next, now).change()).isNotNull();
    }

    @Test
    void theBeginningOfAnOrdinaryCallSaysNothing() {
        Pass pass = breaker.pass(now).orElseThrow();

        assertThat(breaker.begun(pass, now)).isEqualTo(new Breaker.Begun(pass, null));
        calls(0, 49);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.note(pass, Outcome.FAILURE, now))
                .extracting(Breaker.Change::to)
                .isEqualTo(BreakerState.OPEN);
    }

    @Test
    void itIsTrustedStepByStep() {
        trip();
        probed(Outcome.SUCCESS);

        List<Integer> shares = new ArrayList<>();
        while (state() == BreakerState.RAMP) {
            shares.add(breaker.view(now).rampPercent());
            climb();
        }

        assertThat(shares).containsExactly(5, 10, 25, 50, 100);
        assertThat(state()).isEqualTo(BreakerState.CLOSED);
        trip();
        assertThat(breaker.view(now).opensInNanos())
                .as("relapses are forgotten")
                .isEqualTo(OPEN);
    }

    @Test
    void aStepNeedsBothItsCallsAndItsTime() {
        trip();
        probed(Outcome.SUCCESS);

        calls(100, 0);
        assertThat(breaker.view(now).rampPercent()).as("too soon").isEqualTo(5);
        now += 30 * SECOND;
        calls(1, 0);
        assertThat(breaker.view(now).rampPercent()).isEqualTo(10);
        now += 60 * SECOND;
        calls(19, 0);
        assertThat(breaker.view(now).rampPercent()).as("too few").isEqualTo(10);
    }

    @Test
    void oneFailureOnTheRampIsBadLuckAndTwoAreARelapse() {
        trip();
        probed(Outcome.SUCCESS);
        calls(19, 0);
        now += 30 * SECOND;

        calls(0, 1);
        calls(1, 0);
        assertThat(breaker.view(now)).as("the step begins anew").isEqualTo(new Breaker.View(BreakerState.RAMP, 5, 0));
        calls(0, 1);

        assertThat(state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.view(now).opensInNanos()).isEqualTo(2 * OPEN);
    }

    @Test
    void newsOfCallsThatBeganBeforeAChangeAreNoNews() {
        Pass early = breaker.pass(now).orElseThrow();
        trip();
        probed(Outcome.SUCCESS);

        assertThat(breaker.note(early, Outcome.FAILURE, now)).isNull();
        assertThat(breaker.note(early, Outcome.FAILURE, now)).isNull();
        assertThat(state()).isEqualTo(BreakerState.RAMP);
    }

    private Breaker.@Nullable Change scores(int count, int thousandths) {
        Breaker.@Nullable Change last = null;
        for (int each = 0; each < count; each++) {
            last = breaker.scored(thousandths, now);
        }
        return last;
    }

    @Test
    void aJudgeTripsItWithEnoughScoresBelowTheMark() {
        assertThat(scores(19, 0)).isNull();
        assertThat(state()).isEqualTo(BreakerState.CLOSED);

        assertThat(scores(1, 0)).extracting(Breaker.Change::to).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aMeanAtTheMarkDoesNotTripAndOldScoresAreForgotten() {
        assertThat(scores(20, 700)).isNull();
        now += Duration.ofMinutes(62).toNanos();
        assertThat(scores(19, 100)).isNull();
        assertThatThrownBy(() -> breaker.scored(1001, now)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatAJudgeOpenedClosesOnlyWhenAJudgeIsContent() {
        scores(20, 300);
        probed(Outcome.SUCCESS);
        for (int each = 0; each < 6; each++) {
            climb();
        }
        assertThat(breaker.view(now)).as("nobody judged it").isEqualTo(new Breaker.View(BreakerState.RAMP, 100, 0));

        scores(20, 740);
        climb();
        assertThat(state()).as("not well enough").isEqualTo(BreakerState.RAMP);
        scores(20, 800);
        climb();

        assertThat(state()).isEqualTo(BreakerState.CLOSED);
    }

    /** The same machine, written down as the table says it: a list of everything that happened, searched each time. */
    private static final class Reference {
        private static final int[] SHARES = {5, 10, 25, 50, 100};
        private final List<long[]> outcomes = new ArrayList<>();
        private BreakerState state = BreakerState.CLOSED;
        private long until;
        private int relapses;
        private int step;
        private long clean;
        private int inStep;
        private boolean probing;

        /** Calls that began in another one are no news. */
        private int era;

        boolean passes(long now) {
            if (state == BreakerState.OPEN && now >= until) {
                state = BreakerState.HALF_OPEN;
                probing = false;
            }
            if (state == BreakerState.HALF_OPEN && !probing) {
                probing = true;
                era++;
                return true;
            }
            return state == BreakerState.CLOSED || state == BreakerState.RAMP;
        }

        void begun(long now) {
            if (state == BreakerState.HALF_OPEN) {
                note(Outcome.SUCCESS, now, 0);
            }
        }

        void note(Outcome outcome, long now, long slot) {
            if (state == BreakerState.HALF_OPEN) {
                probing = false;
                if (outcome == Outcome.SUCCESS) {
                    state = BreakerState.RAMP;
                    era++;
                    step = 0;
                    clean = now;
                    inStep = 0;
                } else if (outcome == Outcome.FAILURE) {
                    open(now);
                }
                return;
            }
            if (outcome == Outcome.IGNORED) {
                return;
            }
            outcomes.add(new long[] {slot, outcome == Outcome.FAILURE ? 1 : 0});
            List<long[]> recent =
                    outcomes.stream().filter(each -> each[0] > slot - 30).toList();
            long failures = recent.stream().mapToLong(each -> each[1]).sum();
            boolean tooMany = failures * 100 > 2L * recent.size();
            if (state == BreakerState.CLOSED) {
                if (outcome == Outcome.FAILURE && tooMany && recent.size() >= 50) {
                    open(now);
                }
                return;
            }
            inStep++;
            if (outcome == Outcome.FAILURE) {
                clean = now;
                inStep = 0;
                if (failures > 1 && tooMany) {
                    open(now);
                }
            } else if (inStep >= 20 && now - clean >= 30 * SECOND) {
                clean = now;
                inStep = 0;
                if (step++ == SHARES.length - 1) {
                    state = BreakerState.CLOSED;
                    era++;
                    relapses = 0;
                    outcomes.clear();
                }
            }
        }

        private void open(long now) {
            state = BreakerState.OPEN;
            era++;
            until = now
                    + Math.min(
                            OPEN << Math.min(relapses, 10), Duration.ofHours(1).toNanos());
            relapses++;
            outcomes.clear();
        }
    }

    /** A stream that has begun, how it will end, and when it began. */
    private record Running(Pass pass, int era, Outcome outcome) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void randomCallsMoveItAsTheTableSays(long seed) {
        Random random = new Random(seed);
        Reference reference = new Reference();
        long start = now;
        long slots = Duration.ofMinutes(5).toNanos() / 30;
        int changes = 0;
        BreakerState before = state();
        int badness = 0;
        Deque<Running> running = new ArrayDeque<>();

        for (int each = 0; each < 20_000; each++) {
            badness = random.nextInt(400) == 0 ? random.nextInt(4) * random.nextInt(20) : badness;
            now += random.nextLong(4 * SECOND) + (random.nextInt(300) == 0 ? 400 * SECOND : 0);
            Optional<Pass> pass = breaker.pass(now);
            assertThat(pass.isPresent()).as("call %d of seed %d", each, seed).isEqualTo(reference.passes(now));
            if (pass.isPresent()) {
                int drawn = random.nextInt(100);
                Outcome outcome = drawn < badness ? Outcome.FAILURE : drawn > 95 ? Outcome.IGNORED : Outcome.SUCCESS;
                if (random.nextInt(4) == 0) {
                    Breaker.Begun begun = breaker.begun(pass.get(), now);
                    reference.begun(now);
                    running.add(new Running(begun.pass(), reference.era, outcome));
                } else {
                    breaker.note(pass.get(), outcome, now);
                    reference.note(outcome, now, (now - start) / slots);
                }
            }
            if (running.size() > random.nextInt(8)) {
                Running stream = running.remove();
                breaker.note(stream.pass(), stream.outcome(), now);
                if (stream.era() == reference.era) {
                    reference.note(stream.outcome(), now, (now - start) / slots);
                }
            }
            assertThat(state()).as("after call %d of seed %d", each, seed).isEqualTo(reference.state);
            changes += state() == before ? 0 : 1;
            before = state();
        }

        assertThat(changes).as("something happened").isGreaterThan(10);
    }
}
