package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.audit.ModelRouting;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.testing.Await;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.config.Routing;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.route.BreakerState;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two attempts at once, without a network: who is asked, what both take and give back, and what ends them. */
class HedgedAttemptsTest {
    private static final Duration SOON = Duration.ofMillis(1);

    /** How long a slow one waits for a second one that is not to come. */
    private static final long A_WHILE_MILLIS = 200;

    private static final Routing PLAIN =
            new Routing(0, 4, Duration.ofMillis(1), Duration.ofMillis(1), 10, Optional.empty());
    private static final Routing WATCHED = new Routing(
            0,
            4,
            Duration.ofMillis(1),
            Duration.ofSeconds(8),
            10,
            Optional.of(new Routing.Breaker(50, Duration.ofMinutes(1), 2, Duration.ofSeconds(9), Duration.ofHours(1))));
    private static final ModelFacts USED = new ModelFacts("m", "stop", new ModelUsage(12, 0, 0, 0, 1, 0));

    private final ModelTable.Target one = new ModelTable.Target(new NamedProvider("p"), "one");
    private final ModelTable.Target two = new ModelTable.Target(new NamedProvider("q"), "two");
    private final ModelTable.Target three = new ModelTable.Target(new NamedProvider("r"), "three");
    private final List<ModelTable.Target> all = List.of(one, two, three);
    private final AtomicLong now = new AtomicLong(1);
    private final TimeSource time = new TimeSource(() -> Instant.EPOCH, now::get);
    private final Telemetry telemetry = new Telemetry(new Telemetry.Settings(null, 1, "gateway", "0"), now::get);
    private final Admission admission = new Admission(Map.of("p", 1, "q", 1, "r", 1));
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> charged = new CopyOnWriteArrayList<>();
    private final CountDownLatch firstAsked = new CountDownLatch(1);
    private CountDownLatch secondAsked = new CountDownLatch(1);
    private final CountDownLatch noMoneyLeft = new CountDownLatch(1);
    private boolean isMoreLeft = true;
    private HealthTable health = new HealthTable(entries(), PLAIN, now::get);
    private Decisions decisions = new Decisions(telemetry.begin(1));

    @AfterEach
    void everyPlaceIsFreeAgain() {
        telemetry.close();
        for (String provider : List.of("p", "q", "r")) {
            admission.place(provider).close();
        }
        assertThat(all).allMatch(each -> health.health(each.entry()).inFlight() == 0);
    }

    private List<dev.mcpgateway.gateway.config.Models.Target> entries() {
        return all.stream().map(ModelTable.Target::entry).toList();
    }

    private Attempts attempts(Routing routing) {
        health = new HealthTable(entries(), routing, now::get);
        return new Attempts(routing, health, admission, time, new Random(3), now::addAndGet);
    }

    private static Plan hedged(List<ModelTable.Target> targets) {
        return new Plan(targets, List.of(), List.of(), Optional.empty(), Optional.of(SOON), 0, false);
    }

    private Attempt make(Attempts attempts, Plan plan, Attempts.Sender sender) {
        CallTrace trace = telemetry.begin(now.get());
        decisions = new Decisions(trace);
        return attempts.make(
                plan,
                ModelApi.CHAT_COMPLETIONS,
                new Purse(),
                decisions,
                target -> trace.providerBegins("chat", "a", target.provider(), target.model(), false),
                (target, atMost) -> {
                    if (target.equals(one)) {
                        asked.add(target.model());
                        firstAsked.countDown();
                    } else {
                        awaitFirst();
                        asked.add(target.model());
                        secondAsked.countDown();
                    }
                    return sender.send(target, atMost);
                });
    }

    /** Has as much as the test says, and writes down what is charged beside the last attempt. */
    private final class Purse implements Reservation {
        @Override
        public boolean another(ModelFacts facts, End end) {
            boolean may = end == End.UNANSWERED || isMoreLeft;
            if (!may) {
                noMoneyLeft.countDown();
            }
            return may;
        }

        @Override
        public void attempted(ModelTable.Target target, ModelFacts facts, End end, long nanos) {
            charged.add(target.model() + " " + end + " " + facts.usage().input());
        }

        @Override
        public void passed(ModelEvent event) {}

        @Override
        public Cost settle(ModelTable.Target target, ModelFacts facts, long answerBytes, End end, long nanos) {
            return Cost.UNKNOWN;
        }

        @Override
        public void close() {}
    }

    private static ModelReply failed(Cause cause) {
        return new ModelReply.Failed(ModelFailure.of(cause, ""));
    }

    private static ModelReply whole() {
        return new ModelReply.Whole(new byte[0], "", USED);
    }

    /** As a provider does: an interrupt ends it. */
    private static ModelReply silent() {
        return after(new CountDownLatch(1), failed(Cause.TIMED_OUT));
    }

    private static ModelReply after(CountDownLatch gate, ModelReply reply) {
        try {
            assertThat(gate.await(30, TimeUnit.SECONDS)).as("what it waits for").isTrue();
            return reply;
        } catch (InterruptedException ended) {
            return failed(Cause.CANCELLED);
        }
    }

    /** A crowded machine may start the second one before the first, which is not always asked at all. */
    private void awaitFirst() {
        try {
            var _ = firstAsked.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Slow enough for a second one, if there were to be one. */
    private ModelReply slowly(ModelReply reply) {
        try {
            var _ = secondAsked.await(A_WHILE_MILLIS, TimeUnit.MILLISECONDS);
            return reply;
        } catch (InterruptedException ended) {
            return failed(Cause.CANCELLED);
        }
    }

    @Test
    void theSecondAnswersForASlowOneWhichIsEndedAndPaid() {
        try (Attempt attempt = make(attempts(PLAIN), hedged(List.of(one, two)), (target, _) -> {
            if (target.equals(one)) {
                return silent();
            }
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(700));
            return whole();
        })) {
            assertThat(attempt.target()).isEqualTo(two);
            assertThat(attempt.hasFailed()).isFalse();
            assertThat(attempt.attempts()).isEqualTo(2);
        }
        assertThat(asked).containsExactly("one", "two");
        assertThat(charged).containsExactly("one CUT -1");
        assertThat(decisions.steps()).containsExactly(new ModelRouting.Step("hedge", "p/one", "q/two", "slow", 1));
        assertThat(health.health(one.entry()).latencyNanos())
                .as("it would have taken more than that")
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(700));
        assertThat(health.health(one.entry()).successMillionths())
                .as("nobody knows whether it would have failed")
                .isEqualTo(1_000_000);
    }

    @Test
    void theSlowOneMayStillAnswerFirst() {
        try (Attempt attempt = make(
                attempts(PLAIN),
                hedged(List.of(one, two)),
                (target, _) -> target.equals(one) ? after(secondAsked, whole()) : silent())) {
            assertThat(attempt.target()).isEqualTo(one);
            assertThat(attempt.attempts()).isEqualTo(2);
        }
        assertThat(charged).containsExactly("two CUT -1");
    }

    @Test
    void whoLosesWithAWholeAnswerIsPaidAsItSays() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        try (Attempt attempt = make(attempts(PLAIN), hedged(List.of(one, two)), (target, _) -> {
            if (target.equals(two)) {
                return whole();
            }
            try {
                return after(answered, whole());
            } finally {
                answered.countDown();
            }
        })) {
            assertThat(attempt.target()).isEqualTo(two);
        }
        assertThat(charged).as("cut before it answered").containsExactly("one CUT -1");
        charged.clear();

        // an answer that an interrupt comes too late for
        try (Attempt attempt = make(attempts(PLAIN), hedged(List.of(one, two)), (target, _) -> {
            if (target.equals(two)) {
                return whole();
            }
            var _ = silent();
            return whole();
        })) {
            assertThat(attempt.target()).isEqualTo(two);
        }
        assertThat(charged).containsExactly("one COMPLETE 12");
    }

    @Test
    void aStreamThatLosesIsClosed() {
        AtomicBoolean closed = new AtomicBoolean();
        try (Attempt attempt = make(attempts(PLAIN), hedged(List.of(one, two)), (target, _) -> {
            if (target.equals(two)) {
                return whole();
            }
            var _ = silent();
            return new ModelReply.Streaming(new Content(closed));
        })) {
            assertThat(attempt.target()).isEqualTo(two);
        }
        assertThat(closed).isTrue();
        assertThat(charged).containsExactly("one CUT -1");
        assertThat(health.health(one.entry()).successMillionths()).isEqualTo(1_000_000);
    }

    @Test
    void aMistakeInTheOneThatLosesClosesTheStreamOfTheOther() {
        AtomicBoolean closed = new AtomicBoolean();

        assertThatThrownBy(() -> make(attempts(PLAIN), hedged(List.of(one, two)), (target, _) -> {
                    if (target.equals(two)) {
                        return new ModelReply.Streaming(new Content(closed));
                    }
                    var _ = silent();
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(closed).isTrue();
        assertThat(charged).containsExactlyInAnyOrder("one CUT -1", "two CUT -1");
    }

    /** A stream whose first content is there. */
    private record Content(AtomicBoolean closed) implements ModelStream {
        @Override
        public ModelEvent first() {
            return new ModelEvent(
                    "message",
                    "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}".getBytes(StandardCharsets.UTF_8),
                    ModelEvent.Mark.OPEN);
        }

        @Override
        public ModelStream.Step next() {
            throw new AssertionError("nobody reads it");
        }

        @Override
        public void beforeWaiting(Runnable then) {}

        @Override
        public ModelFacts facts() {
            return ModelFacts.NONE;
        }

        @Override
        public String requestId() {
            return "";
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @Test
    void whenBothFailTheNextIsAskedAndNobodyTwice() {
        try (Attempt attempt = make(
                attempts(PLAIN),
                hedged(all),
                (target, _) -> target.equals(one)
                        ? after(secondAsked, failed(Cause.TIMED_OUT))
                        : target.equals(two) ? failed(Cause.TIMED_OUT) : whole())) {
            assertThat(attempt.target()).isEqualTo(three);
            assertThat(attempt.attempts()).isEqualTo(3);
        }
        assertThat(asked).containsExactly("one", "two", "three");
        assertThat(charged).containsExactlyInAnyOrder("one CUT -1", "two CUT -1");
        assertThat(decisions.steps())
                .extracting(ModelRouting.Step::kind)
                .containsExactly("hedge", "fallback", "fallback");
    }

    @Test
    void whoFailsBesideTheOtherLeavesItItsTime() {
        try (Attempt attempt = make(attempts(PLAIN), hedged(List.of(one, two)), (target, _) -> {
            if (target.equals(two)) {
                return failed(Cause.NOT_CONNECTED);
            }
            Await.until("the other one is over", () -> !charged.isEmpty());
            return whole();
        })) {
            assertThat(attempt.hasFailed()).isFalse();
            assertThat(attempt.target()).isEqualTo(one);
            assertThat(attempt.attempts()).isEqualTo(2);
        }
        assertThat(charged).containsExactly("two UNANSWERED -1");
        assertThat(decisions.steps()).extracting(ModelRouting.Step::kind).containsExactly("hedge", "fallback");
    }

    @Test
    void aRequestThatOneRefusesIsAskedOfNobodyAnyMore() {
        try (Attempt attempt = make(
                attempts(PLAIN),
                hedged(all),
                (target, _) -> target.equals(one) ? after(secondAsked, failed(Cause.REJECTED)) : silent())) {
            assertThat(attempt.target()).isEqualTo(one);
            assertThat(attempt.hasFailed()).isTrue();
        }
        assertThat(asked).containsExactly("one", "two");
        assertThat(charged).containsExactly("two CUT -1");
    }

    @Test
    void withoutMoneyForTwoACallGoesOnWithOne() {
        isMoreLeft = false;
        try (Attempt attempt =
                make(attempts(PLAIN), hedged(List.of(one, two)), (_, _) -> after(noMoneyLeft, whole()))) {
            assertThat(attempt.target()).isEqualTo(one);
            assertThat(attempt.attempts()).isEqualTo(1);
        }
        assertThat(asked).containsExactly("one");
    }

    @Test
    void aPlanWithoutAHedgeHasOneAttemptAtATime() {
        make(attempts(PLAIN), new Plan(List.of(one, two)), (_, _) -> slowly(whole()))
                .close();
        make(attempts(PLAIN), Plan.fixed(List.of(one, two), Optional.empty()), (_, _) -> slowly(whole()))
                .close();
        make(attempts(PLAIN), hedged(List.of(one, two)).unhedged(), (_, _) -> slowly(whole()))
                .close();

        assertThat(asked).containsOnly("one");
    }

    @Test
    void theAttemptsOfACallAreCountedBeforeAHedge() {
        Routing single = new Routing(0, 1, Duration.ofMillis(1), Duration.ofMillis(1), 10, Optional.empty());

        make(attempts(single), hedged(List.of(one, two)), (_, _) -> slowly(whole()))
                .close();

        assertThat(asked).containsExactly("one");
    }

    @Test
    void aHedgeIsARetryOfTheProvidersBudget() {
        Attempts attempts = attempts(PLAIN);
        for (int each = 0; each < 20; each++) {
            // time stands still, so that the second's worth is not earned
            CountDownLatch beside = new CountDownLatch(1);
            make(attempts, hedged(List.of(one, two)), (target, _) -> {
                        if (target.equals(two)) {
                            beside.countDown();
                            return whole();
                        }
                        try {
                            var _ = beside.await(20, TimeUnit.MILLISECONDS);
                        } catch (InterruptedException ended) {
                            return failed(Cause.CANCELLED);
                        }
                        return whole();
                    })
                    .close();
        }
        Routing none = new Routing(0, 4, Duration.ofMillis(1), Duration.ofMillis(1), 0, Optional.empty());
        int hedges = asked.size() - 20;
        asked.clear();
        make(attempts(none), hedged(List.of(one, two)), (_, _) -> slowly(whole()))
                .close();

        assertThat(hedges).as("ten that are saved up, and a tenth of the calls").isLessThanOrEqualTo(12);
        assertThat(asked).as("0 percent").containsExactly("one");
    }

    @Test
    void aTargetThatIsLeftAloneIsNoSecondOne() {
        Attempts attempts = attempts(WATCHED);
        for (int each = 0; each < 2; each++) {
            make(attempts, new Plan(List.of(two)), (_, _) -> failed(Cause.BROKEN))
                    .close();
        }
        assertThat(health.health(two.entry()).state()).isEqualTo(BreakerState.OPEN);
        health.cool(three.entry(), Duration.ofSeconds(3).toNanos());
        asked.clear();
        secondAsked = new CountDownLatch(1);

        make(attempts, hedged(all), (_, _) -> slowly(whole())).close();

        assertThat(asked).containsExactly("one");
    }

    @Test
    void aProbeIsAskedAlone() {
        Attempts attempts = attempts(WATCHED);
        for (int each = 0; each < 2; each++) {
            make(attempts, new Plan(List.of(one)), (_, _) -> failed(Cause.BROKEN))
                    .close();
        }
        now.addAndGet(TimeUnit.SECONDS.toNanos(9));
        asked.clear();

        make(attempts, hedged(all), (_, _) -> slowly(whole())).close();
        assertThat(health.health(one.entry()).state()).isEqualTo(BreakerState.RAMP);
        make(attempts, hedged(all), (_, _) -> slowly(whole())).close();

        assertThat(asked).as("the probe, and a call of the ramp").containsExactly("one", "one");
    }

    @Test
    void whereTheSecondHasNoFreePlaceTheNextIsAsked() {
        try (Admission.Place taken = admission.place("q");
                Attempt attempt =
                        make(attempts(PLAIN), hedged(all), (target, _) -> target.equals(one) ? silent() : whole())) {
            assertThat(taken).isNotNull();
            assertThat(attempt.target()).isEqualTo(three);
        }
        assertThat(decisions.steps()).containsExactly(new ModelRouting.Step("hedge", "p/one", "r/three", "slow", 1));
    }

    @Test
    void aCallerThatLeavesEndsBoth() throws Exception {
        CountDownLatch ended = new CountDownLatch(2);
        AtomicReference<Attempt> made = new AtomicReference<>();
        AtomicReference<Boolean> isInterrupted = new AtomicReference<>();
        Attempts attempts = attempts(PLAIN);
        Thread caller = Thread.ofVirtual().start(() -> {
            made.set(make(attempts, hedged(all), (_, _) -> {
                ModelReply reply = silent();
                ended.countDown();
                return reply;
            }));
            isInterrupted.set(Thread.currentThread().isInterrupted());
            made.get().close();
        });
        secondAsked.await();

        caller.interrupt();
        caller.join();

        assertThat(ended.getCount()).isZero();
        assertThat(made.get().hasFailed()).isTrue();
        assertThat(isInterrupted.get()).as("kept for who looks next").isTrue();
        assertThat(asked).containsExactly("one", "two");
        assertThat(charged).as("beside the last one").hasSize(1);
    }

    @Test
    void aBugInOneEndsTheOther() {
        AtomicBoolean closed = new AtomicBoolean();
        assertThatThrownBy(() -> make(attempts(PLAIN), hedged(all), (target, _) -> {
                    if (target.equals(two)) {
                        throw new IllegalStateException("a bug");
                    }
                    var _ = silent();
                    return new ModelReply.Streaming(new Content(closed));
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("a bug");

        assertThat(closed).as("it is not left behind").isTrue();
    }
}
