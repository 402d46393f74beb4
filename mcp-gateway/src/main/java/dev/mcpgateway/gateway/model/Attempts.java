package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.net.Deadline;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.Admission.Place;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.config.Routing;
import dev.mcpgateway.gateway.model.route.Backoff;
import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.FailureClass;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.telemetry.ModelTrace;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The targets of a plan, asked one after the other until one answers. Bounded in number and in time; each has its place at
 * its provider and the word of its breaker. Once an answer begins nothing is tried again.
 */
public final class Attempts {
    /** What a call without a limit of its own may take; the providers' own limits are shorter. */
    private static final Duration UNLIMITED = Duration.ofDays(1);

    /** Less is no time to answer in. */
    private static final long WORTHWHILE_NANOS = Duration.ofMillis(10).toNanos();

    private final Routing routing;
    private final HealthTable health;
    private final Admission admission;
    private final TimeSource time;
    private final RandomGenerator random;
    private final Pause pause;

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        /** Returns after so many nanoseconds. */
        void nanos(long nanos) throws InterruptedException;
    }

    /** Asks one target once. */
    @FunctionalInterface
    interface Sender {
        /** Gives what came of it, after this time at most. */
        ModelReply send(ModelTable.Target target, Duration atMost);
    }

    /** Attempts by these rules. */
    public Attempts(Routing routing, HealthTable health, Admission admission, TimeSource time, RandomGenerator random) {
        this(routing, health, admission, time, random, nanos -> Thread.sleep(Duration.ofNanos(nanos)));
    }

    Attempts(
            Routing routing,
            HealthTable health,
            Admission admission,
            TimeSource time,
            RandomGenerator random,
            Pause pause) {
        this.routing = routing;
        this.health = health;
        this.admission = admission;
        this.time = time;
        this.random = random;
        this.pause = pause;
    }

    /**
     * Whether somebody else, or the same target again, could answer this call: then SDKs need not ask again when all
     * failed.
     */
    boolean hasChoice(Plan plan) {
        return plan.targets().size() > 1 || routing.retries();
    }

    /**
     * Asks until one answers, or nothing is left to try. The last attempt is the caller's to end and to close.
     *
     * @throws Refused if nobody could be asked at all
     */
    Attempt make(
            Plan plan,
            ModelApi api,
            Reservation reservation,
            Decisions decisions,
            Function<ModelTable.Target, ModelTrace> begins,
            Sender sender) {
        decisions.planned(plan);
        return new Run(plan, api, reservation, decisions, begins, sender).run();
    }

    /** One call. */
    private final class Run {
        private final Plan plan;
        private final ModelApi api;
        private final Reservation reservation;
        private final Decisions decisions;
        private final Function<ModelTable.Target, ModelTrace> begins;
        private final Sender sender;
        private final Deadline whole;
        private final Set<String> begun = new HashSet<>();
        private @Nullable Attempt last;
        private @Nullable Turn turn;
        private Refusal nobody = Refusal.of(Reason.UPSTREAM_TIMED_OUT);
        private int made;

        Run(
                Plan plan,
                ModelApi api,
                Reservation reservation,
                Decisions decisions,
                Function<ModelTable.Target, ModelTrace> begins,
                Sender sender) {
            this.plan = plan;
            this.api = api;
            this.reservation = reservation;
            this.decisions = decisions;
            this.begins = begins;
            this.sender = sender;
            this.whole = Deadline.after(plan.total().orElse(UNLIMITED), time);
        }

        Attempt run() {
            try {
                return asked();
            } catch (RuntimeException | Error bug) {
                if (last != null) {
                    last.close();
                }
                throw bug;
            }
        }

        private Attempt asked() {
            for (ModelTable.Target target : plan.targets()) {
                Attempt done = ask(target);
                if (done != null) {
                    return done;
                }
            }
            if (last == null) {
                throw new Refused(nobody);
            }
            return last;
        }

        /** Gives the attempt after which there is no other; {@code null} when the next target is to be asked. */
        private @Nullable Attempt ask(ModelTable.Target target) {
            for (int retry = 0; mayGoOn(); retry++) {
                if (last != null && !reservation.another(last.facts(), last.end())) {
                    return last;
                }
                Attempt attempt = begin(target);
                if (attempt == null) {
                    return null;
                }
                Attempt before = last;
                if (before != null) {
                    decisions.again(before.target().key(), target.key(), reason(before), made);
                    giveUp(before);
                }
                made++;
                last = attempt;
                long since = time.nanos();
                attempt.replied(
                        sender.send(target, Duration.ofNanos(whole.remainingNanos(time))),
                        api,
                        hasChoice(plan),
                        this::isOver);
                if (!(attempt.reply() instanceof ModelReply.Failed(ModelFailure failure))) {
                    health.answered(target.entry(), time.nanos() - since);
                    if (attempt.reply() instanceof ModelReply.Streaming && turn != null) {
                        turn.begun();
                    }
                    return attempt;
                }
                cool(target, failure);
                if (FailureClass.isRefusal(failure)) {
                    health.refused(target.entry());
                }
                FailureClass kind = attempt.isWithheld() ? FailureClass.NEXT : FailureClass.of(failure);
                if (kind == FailureClass.NEVER || Thread.currentThread().isInterrupted()) {
                    return attempt;
                }
                if (kind == FailureClass.NEXT || !waited(target, failure, retry)) {
                    return Thread.currentThread().isInterrupted() ? attempt : null;
                }
            }
            return last;
        }

        private boolean mayGoOn() {
            return made < routing.attemptsMax() && !isOver();
        }

        private boolean isOver() {
            return whole.remainingNanos(time) <= WORTHWHILE_NANOS;
        }

        /** Takes a place at the provider and the word of the breaker, or neither. */
        private @Nullable Attempt begin(ModelTable.Target target) {
            Optional<Breaker.Pass> pass =
                    plan.isFixed() ? Optional.of(health.passAnyway(target.entry())) : health.pass(target.entry());
            if (pass.isEmpty()) {
                nobody = Refusal.of(Reason.MODELS_RESTING).retryAfter(1);
                return leave(target, "breaker");
            }
            Place place;
            try {
                place = admission.place(target.provider().name());
            } catch (Refused full) {
                var _ = health.ended(target.entry(), pass.get(), Breaker.Outcome.IGNORED);
                nobody = ModelOutcomes.refusal(new ModelFailure(
                        Cause.BUSY, 0, new byte[0], 0, "", full.why().detail()));
                return leave(target, "busy");
            }
            if (begun.add(target.provider().name())) {
                health.began(target.provider().name());
            }
            int number = made + 1;
            turn = new Turn(target, number, place, pass.get());
            return new Attempt(target, begins.apply(target), number, turn);
        }

        /** What one attempt holds, and what its target's breaker learns of it. */
        private final class Turn implements Consumer<Breaker.Outcome> {
            private final ModelTable.Target target;
            private final int number;
            private final Place place;
            private Breaker.Pass pass;

            Turn(ModelTable.Target target, int number, Place place, Breaker.Pass pass) {
                this.target = target;
                this.number = number;
                this.place = place;
                this.pass = pass;
            }

            /** A stream's first content is there. A whole answer has ended when it begins. */
            void begun() {
                Breaker.Begun begun = health.begun(target.entry(), pass);
                pass = begun.pass();
                tell(begun.change());
            }

            @Override
            public void accept(Breaker.Outcome outcome) {
                place.close();
                tell(health.ended(target.entry(), pass, outcome));
            }

            private void tell(Breaker.@Nullable Change change) {
                if (change != null) {
                    decisions.changed(target.key(), change, number);
                }
            }
        }

        private @Nullable Attempt leave(ModelTable.Target target, String why) {
            int at = plan.targets().indexOf(target) + 1;
            if (at < plan.targets().size()) {
                decisions.rerouted(target.key(), plan.targets().get(at).key(), why, made);
            }
            return null;
        }

        private void giveUp(Attempt before) {
            reservation.attempted(before.target(), before.facts(), before.end());
            before.close();
        }

        private void cool(ModelTable.Target target, ModelFailure failure) {
            if (failure.cause() == Cause.RATE_LIMITED) {
                health.cool(
                        target.provider().name(),
                        Math.max(asked(failure), routing.pauseFirst().toNanos()));
            }
        }

        /** Waits before the same target is asked again; false when it is not to be. */
        private boolean waited(ModelTable.Target target, ModelFailure failure, int retry) {
            if (retry >= routing.retriesMax() || made >= routing.attemptsMax()) {
                return false;
            }
            long nanos = Backoff.nanos(routing, retry, asked(failure), random);
            boolean isTooLong = asked(failure) > routing.pauseLongest().toNanos()
                    || whole.remainingNanos(time) - nanos < WORTHWHILE_NANOS;
            if (isTooLong || !health.mayRetry(target.provider().name())) {
                return false;
            }
            try {
                pause.nanos(nanos);
                return true;
            } catch (InterruptedException gone) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private static long asked(ModelFailure failure) {
            return TimeUnit.SECONDS.toNanos(failure.retryAfterSeconds());
        }

        private static String reason(Attempt before) {
            if (before.isWithheld()) {
                return "model_mismatch";
            }
            return before.reply() instanceof ModelReply.Failed(ModelFailure failure)
                    ? failure.cause().name().toLowerCase(Locale.ROOT)
                    : "";
        }
    }
}
