package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.ModelRouting;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.audit.TraceRef;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelCall;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.CallerPlaces;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
import dev.mcpgateway.gateway.model.kept.IssuedIds;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.ModelTrace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Decision;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model, stage by stage. Each stage takes what the one before proved: nothing is sent to a provider without
 * a {@link Permit} and an {@link AuditTicket}. Up to the first event of a stream nothing is sent to the agent; after it
 * nothing is tried again.
 */
final class ModelCallPath {
    private final Supplier<Policy> policies;
    private final ModelTable models;
    private final Safety safety;
    private final Admission admission;
    private final Attempts attempts;
    private final Onlooker onlooker;
    private final Guardrails guardrails;
    private final Budgets budgets;
    private final ModelCache cache;
    private final ModelEvidence evidence;
    private final ModelRecords records;
    private final ModelAnswers answers;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final int callsPerMinute;
    private final CallerPlaces places;
    private final KeptState kept;

    ModelCallPath(
            Supplier<Policy> policies,
            ModelTable models,
            Safety safety,
            Admission admission,
            Attempts attempts,
            Onlooker onlooker,
            Guardrails guardrails,
            Budgets budgets,
            ModelCache cache,
            ModelEvidence evidence,
            ModelRecords records,
            ModelAnswers answers,
            Telemetry telemetry,
            InstantSource clock,
            int callsPerMinute,
            CallerPlaces places,
            KeptState kept) {
        this.policies = policies;
        this.models = models;
        this.safety = safety;
        this.admission = admission;
        this.attempts = attempts;
        this.onlooker = onlooker;
        this.guardrails = guardrails;
        this.budgets = budgets;
        this.cache = cache;
        this.evidence = evidence;
        this.records = records;
        this.answers = answers;
        this.telemetry = telemetry;
        this.clock = clock;
        this.callsPerMinute = callsPerMinute;
        this.places = places;
        this.kept = kept;
    }

    /** What the stages before RECORD give: all that the others need, and what is to be given back. */
    private record Admitted(
            ModelAsk ask,
            Plan plan,
            Permit permit,
            Guardrails.OnCall guard,
            Admission.Place place,
            Reservation reservation,
            ModelCache.Lookup cached,
            ContentKeeper.OnCall content,
            Observed observed)
            implements AutoCloseable {
        ModelTable.Target target() {
            return plan.first();
        }

        /** An answer that was kept costs nothing. */
        Reservation toSettle() {
            return cached instanceof ModelCache.Lookup.Hit ? Reservation.FREE : reservation;
        }

        /** Which cache has the answer; empty for none. */
        String cachedBy() {
            return cached instanceof ModelCache.Lookup.Hit hit ? hit.by() : "";
        }

        ModelCache.Keeper keeper() {
            return cached instanceof ModelCache.Lookup.Miss(ModelCache.Keeper keeper, var _)
                    ? keeper
                    : ModelCache.Keeper.NOTHING;
        }

        @Override
        public void close() {
            try (place) {
                content.close();
                keeper().close();
                reservation.close();
            }
        }
    }

    /** What is known of a call while it is carried out, for its outcome record. */
    private static final class Progress implements AutoCloseable {
        private final long sinceNanos;
        private final Reservation reservation;
        private final ModelTable.Target target;
        private final Guardrails.OnCall guard;
        private final String cachedBy;
        private final Decisions decisions;
        private @Nullable Attempt attempt;
        private int status;
        private long bytesIn;
        private ModelFacts facts = ModelFacts.NONE;
        private Reservation.End end = Reservation.End.CUT;

        /** Whether something was not passed on, of which a later reader of a kept answer would not be told. */
        private boolean dropped;

        private boolean settled;

        private Progress(Admitted admitted, CallTrace trace) {
            this.sinceNanos = trace.now();
            this.reservation = admitted.toSettle();
            this.target = admitted.target();
            this.guard = admitted.guard();
            this.cachedBy = admitted.cachedBy();
            this.decisions = new Decisions(trace);
        }

        /** Who answered or failed last; who was to be asked first where nobody was. */
        ModelTable.Target target() {
            return attempt == null ? target : attempt.target();
        }

        ModelRouting routing() {
            if (attempt == null || attempt.number() == 0) {
                return new ModelRouting("", "", 0, false, decisions.steps());
            }
            boolean mismatch = attempt.isOfAnother(facts);
            return new ModelRouting(
                    target().provider().name(), target().model(), attempt.number(), mismatch, decisions.steps());
        }

        /** What was asked of a provider is paid, whatever kept it from being finished. */
        @Override
        public void close() {
            if (attempt != null) {
                if (attempt.number() > 0 && !settled) {
                    var _ = reservation.settle(target(), facts, bytesIn, Reservation.End.CUT);
                }
                attempt.close();
            }
        }
    }

    /**
     * Carries out one call and answers it, or throws a refusal that is already recorded.
     *
     * @return the error type of what was answered, {@code null} for success
     */
    @Nullable
    String handle(ModelAsk ask, CallTrace trace) {
        try (Admitted admitted = admit(policies.get(), ask, trace); // LOCATE AUTHORIZE ADMIT CHECK ROUTE BUDGET CACHE
                AuditTicket ticket = record(admitted, trace); // RECORD
                Progress progress = new Progress(admitted, trace)) {
            try {
                ModelReply reply = switch (admitted.cached()) {
                    case ModelCache.Lookup.Hit(ModelReply kept, var _, var _) -> kept(admitted, kept, progress, trace);
                    case ModelCache.Lookup.Miss _ -> forward(admitted, ticket, progress, trace); // CREDENTIAL FORWARD
                };
                return switch (reply) { // RELAY SCREEN FINISH ANSWER
                    case ModelReply.Whole whole -> answer(admitted, ticket, whole, progress, trace);
                    case ModelReply.Streaming(ModelStream stream) -> relay(admitted, ticket, stream, progress, trace);
                    case ModelReply.Failed(ModelFailure failure) -> fail(admitted, ticket, failure, progress, trace);
                };
            } catch (Refused refused) {
                throw recorded(ticket, refused, progress, trace);
            }
        }
    }

    private Admitted admit(Policy policy, ModelAsk ask, CallTrace trace) {
        Guardrails.OnCall guard = Guardrails.OnCall.NOT_BEGUN;
        try {
            trace.enter(Stage.LOCATE);
            Observed observed = evidence.observing().of(policy, ask);
            Permit permit = permit(policy, ask, observed);
            if (models.find(permit.feature().own()) == null) {
                throw new Refused(Reason.UNKNOWN_MODEL);
            }
            // a count costs nothing: a flood of large requests must not be screened first
            trace.enter(Stage.ADMIT);
            observed.limit(() -> admission.rate(
                    ask.caller().key(),
                    permit.feature().canonical(),
                    safety.callsPerMinute(permit.limits().callsPerMinute().orElse(callsPerMinute))));
            trace.enter(Stage.CHECK);
            guard = guardrails.begin(policy, permit, ask.request());
            ModelAsk checked = ask.with(guard.request());
            trace.enter(Stage.ROUTE);
            Plan plan = safety.plan(permit.feature().own(), checked, models);
            StoredState.require(checked.request(), plan);
            return reserved(checked.to(plan, kept), plan, permit, guard, observed, policy.hash(), trace);
        } catch (Refused refused) {
            throw records.refused(ask, refused.why(), trace.stage(), policy.hash(), traceRef(trace), guard.seen());
        }
    }

    /** From here on the caller's place and the reservation are given back whatever happens. */
    private Admitted reserved(
            ModelAsk ask,
            Plan plan,
            Permit permit,
            Guardrails.OnCall guard,
            Observed observed,
            String policyHash,
            CallTrace trace) {
        Reservation reservation = Reservation.FREE;
        ModelCache.Lookup cached = ModelCache.Lookup.OFF;
        Admission.Place place = places.take(ask.caller().key());
        boolean admitted = false;
        try {
            trace.enter(Stage.BUDGET);
            reservation = observed.reserve(budgets, ask, permit, plan);
            trace.enter(Stage.CACHE);
            cached = cache.find(ask, permit, policyHash);
            trace.enter(Stage.RECORD);
            ContentKeeper.OnCall content = evidence.content().begin(ask, permit);
            admitted = true;
            return new Admitted(ask, plan, permit, guard, place, reservation, cached, content, observed);
        } finally {
            if (!admitted) {
                ContentKeeper.OnCall nothing = ContentKeeper.OnCall.NOTHING;
                new Admitted(ask, plan, permit, guard, place, reservation, cached, nothing, observed).close();
            }
        }
    }

    /** Who may not call a model learns nothing about it, not even whether there is one. */
    private Permit permit(Policy policy, ModelAsk ask, Observed observed) {
        FeatureName model = FeatureName.parse(
                        FeatureKind.MODEL, FeatureName.MODELS + ask.request().model())
                .orElseThrow(() -> new Refused(Reason.UNKNOWN_MODEL));
        Decision decision = policy.decideModel(ask.asker().subject(), model, clock.instant());
        return switch (observed.instead(decision)) {
            case Decision.Allow(Permit permit) -> {
                telemetry.decided("allow");
                yield permit;
            }
            case Decision.Deny(String reason, @Nullable String ruleId) -> {
                telemetry.decided("hidden");
                throw new Refused(Refusal.of(
                        models.find(model.own()) == null ? Reason.UNKNOWN_MODEL : Reason.MODEL_HIDDEN,
                        ruleId == null ? reason : reason + " by " + ruleId));
            }
            case Decision.NeedsScope(var scopes) -> {
                telemetry.decided("needs_scope");
                throw new Refused(
                        models.find(model.own()) == null
                                ? Refusal.of(Reason.UNKNOWN_MODEL)
                                : Refusal.needsScope(scopes));
            }
        };
    }

    private AuditTicket record(Admitted admitted, CallTrace trace) {
        AuditTicket ticket = admitted.cachedBy().isEmpty()
                ? records.opened(
                        admitted.ask(),
                        admitted.target(),
                        admitted.permit(),
                        admitted.observed().decision(),
                        traceRef(trace))
                : records.openedFromCache(
                        admitted.ask(), admitted.permit(), admitted.observed().decision(), traceRef(trace));
        admitted.content().recorded();
        return ticket;
    }

    private static ModelTrace providerBegins(Admitted admitted, ModelTable.Target target, CallTrace trace) {
        return trace.providerBegins(
                admitted.ask().request().api().operation(),
                admitted.permit().feature().own(),
                target.provider().vendor(),
                target.model(),
                admitted.ask().request().streamed());
    }

    private static ModelReply kept(Admitted admitted, ModelReply kept, Progress progress, CallTrace trace) {
        ModelTrace nobody = trace.answeredFromCache(
                admitted.ask().request().api().operation(),
                admitted.permit().feature().own());
        progress.attempt = Attempt.kept(admitted.target(), nobody);
        return kept;
    }

    /** The ticket says that the intent is durable; nothing else in it is needed here. */
    private ModelReply forward(Admitted admitted, AuditTicket ticket, Progress progress, CallTrace trace) {
        trace.enter(Stage.FORWARD);
        if (!ticket.callId().equals(admitted.ask().exchange().id())) {
            throw new IllegalStateException("a ticket of another call");
        }
        ModelAsk ask = admitted.ask();
        ask.copy()
                .ifPresent(copy ->
                        progress.decisions.copied(copy, admitted.target().key()));
        Attempt attempt = attempts.make(
                admitted.plan(),
                ask.request().api(),
                progress.reservation,
                progress.decisions,
                target -> providerBegins(admitted, target, trace),
                (target, atMost) -> {
                    answers.droppedNothing(ask.exchange());
                    List<String> left = target.provider().leavesOut(ask.headers());
                    progress.dropped |= !left.isEmpty();
                    answers.dropped(ask.exchange(), left);
                    return target.provider().send(new ModelCall(ask.request(), target.model(), ask.headers(), atMost));
                });
        progress.attempt = attempt;
        boolean isFinal = attempt.isUnreadable() || (attempt.hasFailed() && attempts.hasChoice(admitted.plan()));
        answers.attempts(ask.exchange(), attempt.number(), isFinal);
        // an interrupt has done its work by now and must not end the record of the outcome
        return Thread.interrupted() && attempt.hasFailed()
                ? new ModelReply.Failed(ModelFailure.cancelled())
                : attempt.reply();
    }

    private @Nullable String answer(
            Admitted admitted, AuditTicket ticket, ModelReply.Whole whole, Progress progress, CallTrace trace) {
        progress.status = 200;
        progress.bytesIn = whole.body().length;
        progress.facts = whole.facts();
        dropped(admitted, whole.dropped(), progress);
        progress.end = Reservation.End.COMPLETE;
        trace.enter(Stage.SCREEN);
        ModelApi api = admitted.ask().request().api();
        byte[] body = admitted.guard().answer(whole.body());
        requireWithin(admitted.permit(), body.length);
        byte[] issued = issued(admitted, progress).whole(body);
        Onlooker.Watch watch = watch(admitted, progress);
        watch.whole(body).ifPresent(progress.decisions::evaluated);
        trace.enter(Stage.FINISH);
        admitted.content().whole(body);
        admitted.content().complete();
        finish(ticket, progress, trace, CallStatus.OK, "", issued.length);
        if (!progress.dropped) {
            admitted.keeper().whole(new ModelReply.Whole(body, whole.requestId(), whole.facts()));
        }
        // before its agent can know that the call is over, and make the next one
        admitted.place().close();
        trace.enter(Stage.ANSWER);
        answers.head(
                admitted.ask().exchange(), api, whole.requestId(), whole.facts().servedModel());
        answers.cache(admitted.ask().exchange(), admitted.cached());
        answers.whole(admitted.ask().exchange(), issued);
        watch.complete(progress.facts);
        return null;
    }

    /** Behind the cache, since what it keeps is for others, too. */
    private IssuedIds issued(Admitted admitted, Progress progress) {
        return kept.issued(
                admitted.ask().caller(),
                admitted.ask().request().api(),
                progress.target().provider().name());
    }

    /** What was kept was seen when it was given. */
    private Onlooker.Watch watch(Admitted admitted, Progress progress) {
        return admitted.cachedBy().isEmpty()
                ? onlooker.watch(admitted.ask(), progress.target())
                : Onlooker.Watch.NOTHING;
    }

    /** What did not reach the other side is told in every place where somebody may look for it. */
    private void dropped(Admitted admitted, List<String> dropped, Progress progress) {
        progress.dropped |= !dropped.isEmpty();
        answers.dropped(admitted.ask().exchange(), dropped);
        if (progress.attempt != null) {
            progress.attempt.dropped(dropped);
        }
    }

    private static void requireWithin(Permit permit, long bytes) {
        long most = permit.limits().resultBytesMax().orElse(Long.MAX_VALUE);
        if (bytes > most) {
            throw new Refused(Refusal.of(Reason.RESULT_TOO_LARGE, "more than " + most + " bytes"));
        }
    }

    /** A provider's own error is the agent's to read; what the gateway met is told in its words. */
    private @Nullable String fail(
            Admitted admitted, AuditTicket ticket, ModelFailure failure, Progress progress, CallTrace trace) {
        progress.status = failure.status();
        progress.end = ModelOutcomes.end(failure);
        Refusal refusal = progress.attempt != null && progress.attempt.isWithheld()
                ? Refusal.of(Reason.MODEL_MISMATCH)
                : ModelOutcomes.refusal(failure);
        progress.facts = progress.attempt == null ? ModelFacts.NONE : progress.attempt.facts();
        if (failure.body().length == 0) {
            throw new Refused(refusal);
        }
        progress.bytesIn = failure.body().length;
        trace.enter(Stage.SCREEN);
        ModelApi api = admitted.ask().request().api();
        byte[] body = admitted.guard().answer(failure.body());
        trace.enter(Stage.FINISH);
        admitted.content().whole(body);
        admitted.content().complete();
        finish(
                ticket,
                progress,
                trace,
                ModelOutcomes.status(refusal.reason()),
                refusal.reason().code(),
                body.length);
        admitted.place().close();
        trace.enter(Stage.ANSWER);
        answers.providersError(admitted.ask().exchange(), api, failure, body);
        return refusal.reason().code();
    }

    private @Nullable String relay(
            Admitted admitted, AuditTicket ticket, ModelStream stream, Progress progress, CallTrace trace) {
        progress.status = 200;
        if (progress.attempt != null) {
            progress.attempt.began();
        }
        try (stream) {
            trace.enter(Stage.RELAY);
            dropped(admitted, stream.dropped(), progress);
            answers.head(
                    admitted.ask().exchange(),
                    admitted.ask().request().api(),
                    stream.requestId(),
                    stream.facts().servedModel());
            answers.cache(admitted.ask().exchange(), admitted.cached());
            IssuedIds ids = issued(admitted, progress);
            Onlooker.Watch watch = watch(admitted, progress);
            ModelEvent last = ids.event(relayed(admitted, stream, ids, watch));
            boolean complete = last.mark() == ModelEvent.Mark.LAST;
            String error = complete ? null : Reason.PROVIDER_FAILED.code();
            note(stream, progress);
            progress.end = complete ? Reservation.End.COMPLETE : Reservation.End.CUT;
            trace.enter(Stage.FINISH);
            admitted.content().complete();
            finish(
                    ticket,
                    progress,
                    trace,
                    complete ? CallStatus.OK : CallStatus.PROTOCOL_ERROR,
                    error == null ? "" : error,
                    stream.bytes());
            if (complete && !progress.dropped) {
                admitted.keeper().completed(progress.facts);
            }
            admitted.place().close();
            trace.enter(Stage.ANSWER);
            answers.lastEvent(admitted.ask().exchange(), last);
            if (complete) {
                watch.complete(progress.facts);
            }
            return error;
        } catch (PeerGone gone) {
            note(stream, progress);
            throw new Refused(Reason.CANCELLED);
        } catch (Refused refused) {
            note(stream, progress);
            throw refused;
        }
    }

    /** Passes on every event but the last one, which is given back: it is the agent's once the outcome is recorded. */
    private ModelEvent relayed(Admitted admitted, ModelStream stream, IssuedIds ids, Onlooker.Watch onlooking)
            throws PeerGone {
        Guardrails.OnStream watch = admitted.guard().stream();
        ModelCache.Keeper keeper = admitted.keeper();
        EventsOut out = new EventsOut(answers, admitted.ask().exchange());
        stream.beforeWaiting(out::beforeWaiting);
        ModelEvent event = stream.first();
        try {
            while (true) {
                requireWithin(admitted.permit(), stream.bytes());
                admitted.reservation().passed(event);
                for (ModelEvent passed : watch.next(event)) {
                    keeper.event(passed);
                    onlooking.event(passed);
                    admitted.content().event(passed);
                    if (passed.mark() != ModelEvent.Mark.OPEN) {
                        out.send();
                        return passed;
                    }
                    out.add(ids.event(passed));
                }
                event = switch (stream.next()) {
                    case ModelStream.Step.Next(ModelEvent next) -> next;
                    case ModelStream.Step.Broken(ModelFailure failure) -> {
                        out.requireTaken();
                        throw new Refused(ModelOutcomes.brokenOff(failure));
                    }
                };
            }
        } catch (Refused refused) {
            out.sendRest();
            throw refused;
        }
    }

    private static void note(ModelStream stream, Progress progress) {
        progress.bytesIn = stream.bytes();
        progress.facts = stream.facts();
    }

    private Refused recorded(AuditTicket ticket, Refused refused, Progress progress, CallTrace trace) {
        if (refused.isRecorded()) {
            return refused;
        }
        var _ = Thread.interrupted();
        Reason reason = refused.why().reason();
        finish(ticket, progress, trace, ModelOutcomes.status(reason), reason.code(), -1);
        return refused.alreadyRecorded();
    }

    private static void finish(
            AuditTicket ticket,
            Progress progress,
            CallTrace trace,
            CallStatus status,
            String errorCode,
            long answerBytes) {
        Cost cost = Cost.UNKNOWN;
        if (progress.attempt != null) {
            progress.settled = true;
            cost = progress.reservation.settle(progress.target(), progress.facts, progress.bytesIn, progress.end);
            progress.attempt.cost(cost);
            progress.attempt.ended(progress.facts, errorCode.isEmpty() ? null : errorCode);
            // before the record, since what its breaker makes of it belongs into that
            progress.attempt.close();
        }
        try {
            ticket.finish(new CallOutcome(
                    status,
                    errorCode,
                    progress.cachedBy.isEmpty() ? progress.status : 0,
                    (trace.now() - progress.sinceNanos) / 1000,
                    progress.cachedBy.isEmpty() ? progress.bytesIn : 0,
                    0,
                    answerBytes < 0 ? PayloadSize.NONE : new PayloadSize(answerBytes),
                    progress.guard.seen(),
                    ModelOutcomes.said(progress.facts, cost, progress.cachedBy, progress.routing()),
                    List.of()));
        } catch (AuditUnavailable failure) {
            throw ModelRecords.unavailable(failure);
        }
    }

    private static TraceRef traceRef(CallTrace trace) {
        String traceparent = trace.traceparent();
        return traceparent == null ? TraceRef.NONE : new TraceRef(traceparent);
    }
}
