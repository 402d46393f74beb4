package dev.mcpgateway.gateway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.connectors.model.ModelUsage;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.Routing;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.route.BreakerState;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Attempts without a network: how long they wait, what they take and give back, and what they cost. */
class AttemptsTest {
    private static final Routing ROUTING =
            new Routing(2, 4, Duration.ofMillis(250), Duration.ofSeconds(8), 10, Optional.empty());
    private static final ModelUsage USAGE = new ModelUsage(12, 0, 0, 0, 1, 0);

    private final ModelTable.Target one = new ModelTable.Target(new NamedProvider("p"), "one");
    private final ModelTable.Target two = new ModelTable.Target(new NamedProvider("q"), "two");
    private final AtomicLong now = new AtomicLong(1);
    private final TimeSource time = new TimeSource(() -> Instant.EPOCH, now::get);
    private final Telemetry telemetry = new Telemetry(new Telemetry.Settings(null, 1, "gateway", "0"), now::get);
    private final Admission admission = new Admission(Map.of("p", 1, "q", 1));
    private final List<Long> pauses = new ArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private boolean isMoreLeft = true;
    private final List<String> charged = new ArrayList<>();
    private final List<Long> took = new ArrayList<>();

    @AfterEach
    void close() {
        telemetry.close();
    }

    private HealthTable health = new HealthTable(List.of(one.entry(), two.entry()), ROUTING, now::get);

    private Attempts attempts(Routing routing) {
        health = new HealthTable(List.of(one.entry(), two.entry()), routing, now::get);
        return new Attempts(routing, health, admission, time, new Random(3), nanos -> {
            pauses.add(nanos);
            now.addAndGet(nanos);
        });
    }

    @Test
    void whatMayHaveCostSomethingIsPaidAndNeedsAsMuchAgain() {
        try (Attempt attempt = make(
                attempts(ROUTING),
                new Plan(List.of(one, two)),
                (target, _) -> target.equals(one) ? failed(Cause.TIMED_OUT, 0) : whole())) {
            assertThat(attempt.target()).isEqualTo(two);
        }
        assertThat(charged).containsExactly("one CUT");
        asked.clear();
        isMoreLeft = false;

        try (Attempt attempt = make(
                attempts(ROUTING),
                new Plan(List.of(one, two)),
                (target, _) -> target.equals(one) ? failed(Cause.TIMED_OUT, 0) : whole())) {
            assertThat(attempt.hasFailed()).isTrue();
        }
        assertThat(asked).as("nobody else is asked").containsExactly("one");
    }

    @Test
    void anAttemptIsPaidForTheTimeThatItsTargetHadAndNotForThePauseBehindIt() {
        try (Attempt attempt = make(attempts(ROUTING), new Plan(List.of(one)), (_, _) -> {
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_500));
            return asked.size() < 2 ? failed(Cause.BROKEN, 3) : whole();
        })) {
            assertThat(attempt.hasFailed()).isFalse();
            now.addAndGet(TimeUnit.SECONDS.toNanos(2));
            assertThat(attempt.nanos()).as("a stream goes on").isEqualTo(TimeUnit.MILLISECONDS.toNanos(3_500));
        }
        assertThat(pauses).containsExactly(TimeUnit.SECONDS.toNanos(3));
        assertThat(took).containsExactly(TimeUnit.MILLISECONDS.toNanos(1_500));
    }

    private Attempt make(Attempts attempts, Plan plan, Attempts.Sender sender) {
        CallTrace trace = telemetry.begin(now.get());
        Reservation reservation = new Reservation() {
            @Override
            public boolean another(ModelFacts facts, End end) {
                return end == End.UNANSWERED || isMoreLeft;
            }

            @Override
            public void attempted(ModelTable.Target target, ModelFacts facts, End end, long nanos) {
                if (facts.usage().isKnown()) {
                    charged.add(target.model() + " " + facts.usage().input());
                } else if (end != End.UNANSWERED) {
                    charged.add(target.model() + " " + end);
                }
                took.add(nanos);
            }

            @Override
            public void passed(ModelEvent event) {}

            @Override
            public Cost settle(ModelTable.Target target, ModelFacts facts, long answerBytes, End end, long nanos) {
                return Cost.UNKNOWN;
            }

            @Override
            public void close() {}
        };
        return attempts.make(
                plan,
                ModelApi.CHAT_COMPLETIONS,
                reservation,
                new Decisions(trace),
                target -> trace.providerBegins("chat", "a", target.provider(), target.model(), false),
                (target, atMost) -> {
                    asked.add(target.model());
                    return sender.send(target, atMost);
                });
    }

    private static ModelReply failed(Cause cause, int retryAfterSeconds) {
        return new ModelReply.Failed(new ModelFailure(cause, 0, new byte[0], retryAfterSeconds, "", ""));
    }

    private static ModelReply whole() {
        return new ModelReply.Whole(new byte[0], "", ModelFacts.NONE);
    }

    @Test
    void theProvidersWordAboutThePauseIsKept() {
        try (Attempt attempt = make(
                attempts(ROUTING),
                new Plan(List.of(one)),
                (_, _) -> asked.size() < 3 ? failed(Cause.RATE_LIMITED, 3) : whole())) {
            assertThat(attempt.hasFailed()).isFalse();
            assertThat(attempt.number()).isEqualTo(3);
        }
        assertThat(pauses).containsExactly(3_000_000_000L, 3_000_000_000L);
    }

    @Test
    void aPauseLongerThanTheLongestIsNotWaitedFor() {
        try (Attempt attempt = make(
                attempts(ROUTING),
                new Plan(List.of(one, two)),
                (target, _) -> target.equals(one) ? failed(Cause.RATE_LIMITED, 9) : whole())) {
            assertThat(attempt.target()).isEqualTo(two);
        }
        assertThat(asked).containsExactly("one", "two");
        assertThat(pauses).isEmpty();
    }

    @Test
    void noPauseGoesBeyondTheTimeOfTheCall() {
        Plan plan = new Plan(
                List.of(one), List.of(), List.of(), Optional.of(Duration.ofSeconds(2)), Optional.empty(), 0, false);
        List<Duration> given = new ArrayList<>();

        try (Attempt attempt = make(attempts(ROUTING), plan, (_, atMost) -> {
            given.add(atMost);
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_200));
            return failed(Cause.RATE_LIMITED, 1);
        })) {
            assertThat(attempt.hasFailed()).isTrue();
        }
        assertThat(given).containsExactly(Duration.ofSeconds(2));
        assertThat(pauses).isEmpty();
    }

    @Test
    void aProviderThatFailsIsNotBuriedUnderRetries() {
        Attempts attempts = attempts(ROUTING);
        long passed = 0;
        for (int each = 0; each < 100; each++) {
            long before = now.get();
            make(attempts, new Plan(List.of(one)), (_, _) -> failed(Cause.PROVIDER_ERROR, 0))
                    .close();
            // time stands still between the calls, so that the second's worth is not earned
            passed += now.get() - before;
            now.set(before);
        }

        assertThat(asked.size() - 100).as("retries").isBetween(10, 40);
        assertThat(passed).isPositive();
    }

    @Test
    void whatAFailedAttemptUsedIsCharged() {
        List<ModelEvent> events = List.of(event("{\"choices\":[]}"));
        try (Attempt attempt = make(
                attempts(ROUTING),
                new Plan(List.of(one, two)),
                (target, _) -> target.equals(one)
                        ? new ModelReply.Streaming(new Breaking(events, new ModelFacts("one", "", USAGE), CUT))
                        : whole())) {
            assertThat(attempt.target()).isEqualTo(two);
        }
        assertThat(asked).containsExactly("one", "one", "one", "two");
        assertThat(charged).containsExactly("one 12", "one 12", "one 12");
    }

    private static final ModelFailure CUT = new ModelFailure(Cause.BROKEN, 0, new byte[0], 0, "", "cut");

    private static ModelEvent event(String data) {
        return new ModelEvent("message", data.getBytes(StandardCharsets.UTF_8), ModelEvent.Mark.OPEN);
    }

    /** Gives some events and breaks. */
    private static final class Breaking implements ModelStream {
        private final List<ModelEvent> events;
        private final ModelFacts facts;
        private final ModelFailure end;
        private int given = 1;

        Breaking(List<ModelEvent> events, ModelFacts facts, ModelFailure end) {
            this.events = events;
            this.facts = facts;
            this.end = end;
        }

        @Override
        public ModelEvent first() {
            return events.getFirst();
        }

        @Override
        public Step next() {
            return given < events.size() ? new Step.Next(events.get(given++)) : new Step.Broken(end);
        }

        @Override
        public void beforeWaiting(Runnable then) {}

        @Override
        public ModelFacts facts() {
            return facts;
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
        public void close() {}
    }

    private static final Routing WATCHED = new Routing(
            0,
            4,
            Duration.ofMillis(250),
            Duration.ofSeconds(8),
            10,
            Optional.of(new Routing.Breaker(50, Duration.ofMinutes(1), 2, Duration.ofSeconds(9), Duration.ofHours(1))));
    private static final ModelFailure SILENT = new ModelFailure(Cause.TIMED_OUT, 0, new byte[0], 0, "", "silent");

    private ModelReply streaming(ModelFailure end) {
        List<ModelEvent> events = List.of(event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"));
        return new ModelReply.Streaming(new Breaking(events, ModelFacts.NONE, end));
    }

    private static void readToItsEnd(Attempt attempt) {
        if (attempt.reply() instanceof ModelReply.Streaming(ModelStream stream)) {
            var _ = stream.first();
            var _ = stream.next();
        }
    }

    @Test
    void aLongStreamOfAProbeKeepsNobodyWaiting() {
        Attempts attempts = attempts(WATCHED);
        for (int each = 0; each < 2; each++) {
            make(attempts, new Plan(List.of(one)), (_, _) -> failed(Cause.PROVIDER_ERROR, 0))
                    .close();
        }
        assertThat(health.health(one.entry()).state()).isEqualTo(BreakerState.OPEN);
        now.addAndGet(TimeUnit.SECONDS.toNanos(9));

        try (Attempt probe = make(attempts, new Plan(List.of(one)), (_, _) -> streaming(SILENT))) {
            assertThat(probe.hasFailed()).isFalse();
            assertThat(health.health(one.entry()).state()).isEqualTo(BreakerState.RAMP);
            readToItsEnd(probe);
        }
        assertThat(health.health(one.entry()).state()).as("one failure").isEqualTo(BreakerState.RAMP);
        assertThat(health.health(one.entry()).successMillionths()).isLessThan(900_000);
    }

    @Test
    void aStreamThatALimitOfOursEndedIsNoFailureOfItsTarget() {
        Attempts attempts = attempts(WATCHED);
        for (int each = 0; each < 5; each++) {
            try (Attempt attempt = make(
                    attempts,
                    new Plan(List.of(one)),
                    (_, _) -> streaming(ModelFailure.of(Cause.OUT_OF_TIME, "over")))) {
                readToItsEnd(attempt);
            }
        }
        assertThat(health.health(one.entry()).state()).isEqualTo(BreakerState.CLOSED);
        assertThat(health.health(one.entry()).successMillionths()).isEqualTo(1_000_000);

        for (int each = 0; each < 2; each++) {
            try (Attempt attempt = make(attempts, new Plan(List.of(one)), (_, _) -> streaming(SILENT))) {
                readToItsEnd(attempt);
            }
        }
        assertThat(health.health(one.entry()).state())
                .as("silence is a failure")
                .isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aStreamThatBreaksOffOnceItsAgentIsGoneIsNoFailureOfItsTarget() {
        Attempts attempts = attempts(WATCHED);
        for (int each = 0; each < 5; each++) {
            try (Attempt attempt = make(attempts, new Plan(List.of(one)), (_, _) -> streaming(SILENT))) {
                Thread.currentThread().interrupt();
                readToItsEnd(attempt);
            } finally {
                var _ = Thread.interrupted();
            }
        }

        assertThat(health.health(one.entry()).state()).isEqualTo(BreakerState.CLOSED);
        assertThat(health.health(one.entry()).successMillionths()).isEqualTo(1_000_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"error\":{\"message\":\"maximum context length is 8192 tokens\"}}|CLOSED",
                "{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"context_length_exceeded\"}}}|CLOSED",
                "{\"type\":\"response.failed\",\"response\":{\"output\":[\"prompt is too long\"],\"error\":{\"code\":\"x\"}}}|OPEN",
                "{\"error\":{\"message\":\"overloaded\"}}|OPEN"
            })
    void aStreamThatEndsBecauseItsPromptIsTooLongIsNoFailureOfItsTarget(String error, BreakerState state) {
        List<ModelEvent> events = List.of(
                event("{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"),
                new ModelEvent("message", error.getBytes(StandardCharsets.UTF_8), ModelEvent.Mark.ERROR));
        Attempts attempts = attempts(WATCHED);
        for (int each = 0; each < 3; each++) {
            if (health.health(one.entry()).state() == BreakerState.CLOSED) {
                try (Attempt attempt = make(
                        attempts,
                        new Plan(List.of(one)),
                        (_, _) -> new ModelReply.Streaming(new Breaking(events, ModelFacts.NONE, SILENT)))) {
                    readToItsEnd(attempt);
                }
            }
        }

        assertThat(health.health(one.entry()).state()).isEqualTo(state);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"NO_CREDENTIAL", "CREDENTIAL_REFUSED", "BUSY", "RATE_LIMITED", "OVER_QUOTA"})
    void whoRefusesIsNoQuickTarget(Cause cause) {
        Attempts attempts = attempts(WATCHED);
        make(attempts, new Plan(List.of(one)), (_, _) -> failed(cause, 0)).close();
        make(attempts, new Plan(List.of(two)), (_, _) -> {
                    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(700));
                    return whole();
                })
                .close();

        assertThat(health.health(one.entry()).latencyNanos()).as("no sample").isZero();
        assertThat(health.health(one.entry()).successMillionths()).isLessThan(960_000);
        assertThat(health.health(one.entry()).state()).isEqualTo(BreakerState.CLOSED);
        assertThat(health.health(two.entry()).latencyNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(700));
    }

    @Test
    void placesAreGivenBackWhateverHappens() {
        Attempts attempts = attempts(ROUTING);
        make(attempts, new Plan(List.of(one, two)), (_, _) -> failed(Cause.TIMED_OUT, 0))
                .close();
        assertThatThrownBy(() -> make(attempts, new Plan(List.of(one)), (_, _) -> {
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);

        admission.place("p").close();
        admission.place("q").close();
    }

    @Test
    void whatWasAskedBeforeAMistakeAndAmidstItIsPaid() {
        assertThatThrownBy(() -> make(attempts(ROUTING), new Plan(List.of(one, two)), (target, _) -> {
                    if (target.equals(one)) {
                        return failed(Cause.TIMED_OUT, 0);
                    }
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(charged).containsExactly("one CUT", "two CUT");
        admission.place("p").close();
        admission.place("q").close();
    }

    @Test
    void whereNobodyHasAPlaceNobodyIsAsked() {
        try (Admission.Place taken = admission.place("p")) {
            assertThat(taken).isNotNull();
            assertThatThrownBy(() -> make(attempts(ROUTING), new Plan(List.of(one)), (_, _) -> whole()))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.why().reason()).isEqualTo(Reason.UPSTREAM_BUSY));
        }
        assertThat(asked).isEmpty();
    }
}
