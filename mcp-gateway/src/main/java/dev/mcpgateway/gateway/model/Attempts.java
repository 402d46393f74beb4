package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFacts;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The targets of a plan, asked one after the other until one answers; where the plan says so a second one beside one that is
 * slow. Bounded in number and in time; each has its place at its provider and the word of its breaker. Once an answer begins
 * nothing is tried again.
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

    /** Asks one target once; perhaps two at the same time, each on a thread of its own, which an interrupt ends. */
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
        private final List<Attempt> open = new ArrayList<>();
        private @Nullable Attempt last;
        private ModelTable.@Nullable Target beside;
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
                return asked().isLastOf(made);
            } catch (RuntimeException | Error bug) {
                open.forEach(this::abandon);
                throw bug;
            }
        }

        /** Whoever was asked may have worked, and what came of it is nobody's. */
        private void abandon(Attempt attempt) {
            attempt.lost(Reason.INTERNAL);
            pay(attempt);
        }

        private void pay(Attempt attempt) {
            reservation.attempted(attempt.target(), attempt.facts(), attempt.end(), attempt.nanos());
        }

        private Attempt asked() {
            for (ModelTable.Target target : plan.targets()) {
                Attempt done = target.equals(beside) ? null : ask(target);
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
        private @Nullable Attempt ask(ModelTable.Target first) {
            ModelTable.Target target = first;
            for (int retry = 0; mayGoOn(); retry++) {
                if (last != null && !reservation.another(last.facts(), last.end())) {
                    return last;
                }
                Turn turn = begin(target);
                if (turn == null) {
                    leave(target);
                    return null;
                }
                Attempt before = last;
                if (before != null) {
                    decisions.again(before.target().key(), target.key(), before.failure(), made);
                    giveUp(before);
                }
                made++;
                last = turn.attempt();
                Turn stands = plan.hedge().isPresent() && mayHedge(turn)
                        ? hedged(turn, plan.hedge().get())
                        : alone(turn);
                if (stands != turn) {
                    target = stands.target();
                    retry = 0;
                }
                Attempt attempt = stands.attempt();
                if (isFinal(attempt)) {
                    return attempt;
                }
                if (attempt.then() == FailureClass.NEXT || !waited(target, attempt.pauseNanos(), retry)) {
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

        private Turn alone(Turn turn) {
            turn.replied(reply(turn), this::isOver);
            return turn;
        }

        private ModelReply reply(Turn turn) {
            return turn.attempt()
                    .ask(
                            () -> sender.send(turn.target(), Duration.ofNanos(whole.remainingNanos(time))),
                            api,
                            hasChoice(plan));
        }

        /** Whether nothing is to be tried after it. */
        private static boolean isFinal(Attempt attempt) {
            return attempt.then() == FailureClass.NEVER
                    || Thread.currentThread().isInterrupted();
        }

        /** Once in a call, and never where a target is only just being tried again. */
        private boolean mayHedge(Turn turn) {
            return beside == null
                    && health.isWell(turn.target().entry())
                    && !ableAfter(turn.target()).isEmpty();
        }

        private List<ModelTable.Target> ableAfter(ModelTable.Target slow) {
            List<ModelTable.Target> all = plan.targets();
            return all.subList(all.indexOf(slow) + 1, all.size()).stream()
                    .filter(each -> !each.key().equals(slow.key()) && health.isWell(each.entry()))
                    .toList();
        }

        /**
         * Waits for an attempt and, once it has taken so long, for another one beside it. Gives the one that stands: the first
         * that answered, or that failed last. The other is ended and paid for.
         */
        private Turn hedged(Turn slow, Duration after) {
            List<Turn> both = new ArrayList<>(List.of(slow));
            try (Race race = new Race()) {
                race.begin(slow, () -> reply(slow));
                Race.Arrived first = race.next(after.toNanos()).orElse(null);
                if (first == null) {
                    Turn second = second(slow);
                    if (second != null) {
                        both.add(second);
                        race.begin(second, () -> reply(second));
                    }
                    first = race.next();
                }
                first.turn().replied(first.reply(), this::isOver);
                last = first.turn().attempt();
                if (race.isOver()) {
                    return first.turn();
                }
                if (isFinal(last)) {
                    lost(race.stopped());
                    return first.turn();
                }
                Turn other = first.turn() == slow ? both.getLast() : slow;
                decisions.again(last.target().key(), other.target().key(), last.failure(), made);
                giveUp(last);
                last = other.attempt();
                other.replied(race.next().reply(), this::isOver);
                return other;
            }
        }

        /** Begins the second attempt; {@code null} where nobody is able, or it would be too much. */
        private @Nullable Turn second(Turn slow) {
            List<ModelTable.Target> able = ableAfter(slow.target());
            boolean may = mayGoOn()
                    && !able.isEmpty()
                    && health.mayRetry(slow.target().provider().name())
                    && reservation.another(ModelFacts.NONE, Reservation.End.CUT);
            if (!may) {
                return null;
            }
            for (ModelTable.Target target : able) {
                Turn turn = begin(target);
                if (turn != null) {
                    decisions.hedged(slow.target().key(), target.key(), made);
                    beside = target;
                    made++;
                    return turn;
                }
            }
            return null;
        }

        private void lost(Race.Arrived other) {
            Turn turn = other.turn();
            turn.replied(other.reply(), this::isOver);
            turn.lost();
            giveUp(turn.attempt());
        }

        /** Takes a place at the provider and the word of the breaker, or neither. */
        private @Nullable Turn begin(ModelTable.Target target) {
            Optional<Breaker.Pass> pass =
                    plan.isFixed() ? Optional.of(health.passAnyway(target.entry())) : health.pass(target.entry());
            if (pass.isEmpty()) {
                nobody = Refusal.of(Reason.MODELS_RESTING).retryAfter(1);
                return null;
            }
            Place place;
            try {
                place = admission.place(target.provider().name());
            } catch (Refused full) {
                var _ = health.ended(target.entry(), pass.get(), Breaker.Outcome.IGNORED);
                nobody = ModelOutcomes.refusal(new ModelFailure(
                        Cause.BUSY, 0, new byte[0], 0, "", full.why().detail()));
                return null;
            }
            if (begun.add(target.provider().name())) {
                health.began(target.provider().name());
            }
            ModelTrace trace = begins.apply(target);
            Turn turn = new Turn(target, trace, made + 1, time, place, pass.get(), health, decisions);
            open.add(turn.attempt());
            return turn;
        }

        private void leave(ModelTable.Target target) {
            int at = plan.targets().indexOf(target) + 1;
            if (at < plan.targets().size()) {
                String why = nobody.reason() == Reason.MODELS_RESTING ? "breaker" : "busy";
                decisions.rerouted(target.key(), plan.targets().get(at).key(), why, made);
            }
        }

        private void giveUp(Attempt before) {
            open.remove(before);
            pay(before);
            before.close();
        }

        /** Waits before the same target is asked again; false when it is not to be. */
        private boolean waited(ModelTable.Target target, long askedNanos, int retry) {
            if (retry >= routing.retriesMax() || made >= routing.attemptsMax()) {
                return false;
            }
            long nanos = Backoff.nanos(routing, retry, askedNanos, random);
            boolean isTooLong = askedNanos > routing.pauseLongest().toNanos()
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
    }
}
