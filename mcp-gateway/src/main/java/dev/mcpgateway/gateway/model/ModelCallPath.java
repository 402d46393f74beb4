package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.audit.ScreenRecord;
import dev.mcpgateway.audit.TraceRef;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelCall;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.Admission.Place;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
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
    private final Admission admission;
    private final Guardrails guardrails;
    private final Budgets budgets;
    private final ModelCache cache;
    private final ModelRecords records;
    private final ModelAnswers answers;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final int callsPerMinute;

    ModelCallPath(
            Supplier<Policy> policies,
            ModelTable models,
            Admission admission,
            Guardrails guardrails,
            Budgets budgets,
            ModelCache cache,
            ModelRecords records,
            ModelAnswers answers,
            Telemetry telemetry,
            InstantSource clock,
            int callsPerMinute) {
        this.policies = policies;
        this.models = models;
        this.admission = admission;
        this.guardrails = guardrails;
        this.budgets = budgets;
        this.cache = cache;
        this.records = records;
        this.answers = answers;
        this.telemetry = telemetry;
        this.clock = clock;
        this.callsPerMinute = callsPerMinute;
    }

    /** What the stages before RECORD give: all that the others need, and what is to be given back. */
    private record Admitted(
            ModelAsk ask, Plan plan, Permit permit, Place place, Reservation reservation, ModelCache.Lookup cached)
            implements AutoCloseable {
        ModelTable.Target target() {
            return plan.first();
        }

        /** An answer that was kept costs nothing. */
        Reservation toSettle() {
            return cached instanceof ModelCache.Lookup.Hit ? Reservation.FREE : reservation;
        }

        @Override
        public void close() {
            reservation.close();
            place.close();
        }
    }

    /** What is known of a call while it is carried out, for its outcome record. */
    private static final class Progress {
        private final long sinceNanos;
        private final ModelTrace provider;
        private final Reservation reservation;
        private final ModelTable.Target target;
        private int status;
        private long bytesIn;
        private ModelFacts facts = ModelFacts.NONE;

        private Progress(long sinceNanos, ModelTrace provider, Reservation reservation, ModelTable.Target target) {
            this.sinceNanos = sinceNanos;
            this.provider = provider;
            this.reservation = reservation;
            this.target = target;
        }
    }

    /**
     * Carries out one call and answers it, or throws a refusal that is already recorded.
     *
     * @return the error type of what was answered, {@code null} for success
     */
    @Nullable
    String handle(ModelAsk ask, CallTrace trace) {
        try (Admitted admitted = admit(policies.get(), ask, trace); // LOCATE AUTHORIZE CHECK ROUTE ADMIT BUDGET CACHE
                AuditTicket ticket = record(admitted, trace)) { // RECORD
            Progress progress =
                    new Progress(trace.now(), providerBegins(admitted, trace), admitted.toSettle(), admitted.target());
            try {
                ModelReply reply = switch (admitted.cached()) {
                    case ModelCache.Lookup.Hit(ModelReply kept) -> kept;
                    case ModelCache.Lookup.Miss _ -> forward(admitted, ticket, trace); // CREDENTIAL FORWARD
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
        try {
            trace.enter(Stage.LOCATE);
            Permit permit = permit(policy, ask);
            if (models.find(permit.feature().own()) == null) {
                throw new Refused(Reason.UNKNOWN_MODEL);
            }
            trace.enter(Stage.CHECK);
            ModelAsk checked = ask.with(guardrails.request(permit, ask.request()));
            trace.enter(Stage.ROUTE);
            Plan plan = models.plan(permit.feature().own(), checked);
            trace.enter(Stage.ADMIT);
            Place place = admission.admit(
                    ask.caller().key(),
                    permit.feature().canonical(),
                    permit.limits().callsPerMinute().orElse(callsPerMinute),
                    plan.first().provider().name());
            return reserved(checked, plan, permit, place, policy.hash(), trace);
        } catch (Refused refused) {
            throw records.refused(ask, refused.why(), trace.stage(), policy.hash(), traceRef(trace));
        }
    }

    /** From here on the place is given back whatever happens. */
    private Admitted reserved(ModelAsk ask, Plan plan, Permit permit, Place place, String policyHash, CallTrace trace) {
        Reservation reservation = Reservation.FREE;
        boolean admitted = false;
        try {
            trace.enter(Stage.BUDGET);
            reservation = budgets.reserve(ask, permit, plan);
            trace.enter(Stage.CACHE);
            ModelCache.Lookup cached = cache.find(ask, permit, policyHash);
            admitted = true;
            return new Admitted(ask, plan, permit, place, reservation, cached);
        } finally {
            if (!admitted) {
                reservation.close();
                place.close();
            }
        }
    }

    /** Who may not call a model learns nothing about it, not even whether there is one. */
    private Permit permit(Policy policy, ModelAsk ask) {
        FeatureName model = FeatureName.parse(
                        FeatureKind.MODEL, FeatureName.MODELS + ask.request().model())
                .orElseThrow(() -> new Refused(Reason.UNKNOWN_MODEL));
        return switch (policy.decideModel(ask.caller().subject(), model, clock.instant())) {
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
        trace.enter(Stage.RECORD);
        return records.opened(admitted.ask(), admitted.target(), admitted.permit(), traceRef(trace));
    }

    private static ModelTrace providerBegins(Admitted admitted, CallTrace trace) {
        ModelTable.Target target = admitted.target();
        return trace.providerBegins(
                admitted.ask().request().api().operation(),
                admitted.permit().feature().own(),
                target.provider().vendor(),
                target.model(),
                admitted.ask().request().streamed());
    }

    /** The ticket says that the intent is durable; nothing else in it is needed here. */
    private ModelReply forward(Admitted admitted, AuditTicket ticket, CallTrace trace) {
        trace.enter(Stage.FORWARD);
        if (!ticket.callId().equals(admitted.ask().exchange().id())) {
            throw new IllegalStateException("a ticket of another call");
        }
        answers.dropped(
                admitted.ask().exchange(),
                admitted.target().provider().leavesOut(admitted.ask().headers()));
        ModelReply reply = admitted.target()
                .provider()
                .send(new ModelCall(
                        admitted.ask().request(),
                        admitted.target().model(),
                        admitted.ask().headers()));
        // an interrupt has done its work by now and must not end the record of the outcome
        return Thread.interrupted() && reply instanceof ModelReply.Failed
                ? new ModelReply.Failed(ModelFailure.cancelled())
                : reply;
    }

    private @Nullable String answer(
            Admitted admitted, AuditTicket ticket, ModelReply.Whole whole, Progress progress, CallTrace trace) {
        progress.status = 200;
        progress.bytesIn = whole.body().length;
        progress.facts = whole.facts();
        dropped(admitted, whole.dropped(), progress);
        trace.enter(Stage.SCREEN);
        ModelApi api = admitted.ask().request().api();
        byte[] body = guardrails.answer(admitted.permit(), api, whole.body());
        requireWithin(admitted.permit(), body.length);
        if (admitted.cached() instanceof ModelCache.Lookup.Miss(ModelCache.Keeper keeper)) {
            keeper.whole(new ModelReply.Whole(body, whole.requestId(), whole.facts()));
        }
        trace.enter(Stage.FINISH);
        finish(ticket, progress, trace, CallStatus.OK, "", body.length);
        trace.enter(Stage.ANSWER);
        answers.head(
                admitted.ask().exchange(), api, whole.requestId(), whole.facts().servedModel());
        answers.whole(admitted.ask().exchange(), body);
        return null;
    }

    /** What did not reach the other side is told in every place where somebody may look for it. */
    private void dropped(Admitted admitted, List<String> dropped, Progress progress) {
        answers.dropped(admitted.ask().exchange(), dropped);
        progress.provider.dropped(dropped);
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
        Refusal refusal = ModelOutcomes.refusal(failure);
        if (failure.body().length == 0) {
            throw new Refused(refusal);
        }
        progress.bytesIn = failure.body().length;
        trace.enter(Stage.SCREEN);
        ModelApi api = admitted.ask().request().api();
        byte[] body = guardrails.answer(admitted.permit(), api, failure.body());
        trace.enter(Stage.FINISH);
        finish(
                ticket,
                progress,
                trace,
                ModelOutcomes.status(refusal.reason()),
                refusal.reason().code(),
                body.length);
        trace.enter(Stage.ANSWER);
        answers.providersError(admitted.ask().exchange(), api, failure, body);
        return refusal.reason().code();
    }

    private @Nullable String relay(
            Admitted admitted, AuditTicket ticket, ModelStream stream, Progress progress, CallTrace trace) {
        progress.status = 200;
        progress.provider.began();
        try (stream) {
            trace.enter(Stage.RELAY);
            dropped(admitted, stream.dropped(), progress);
            answers.head(
                    admitted.ask().exchange(),
                    admitted.ask().request().api(),
                    stream.requestId(),
                    stream.facts().servedModel());
            ModelEvent last = relayed(admitted, stream);
            boolean complete = last.mark() == ModelEvent.Mark.LAST;
            String error = complete ? null : Reason.PROVIDER_FAILED.code();
            note(stream, progress);
            trace.enter(Stage.FINISH);
            finish(
                    ticket,
                    progress,
                    trace,
                    complete ? CallStatus.OK : CallStatus.PROTOCOL_ERROR,
                    error == null ? "" : error,
                    stream.bytes());
            trace.enter(Stage.ANSWER);
            answers.lastEvent(admitted.ask().exchange(), last);
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
    private ModelEvent relayed(Admitted admitted, ModelStream stream) throws PeerGone {
        Guardrails.OnStream watch =
                guardrails.stream(admitted.permit(), admitted.ask().request().api());
        ModelCache.Keeper keeper = admitted.cached() instanceof ModelCache.Lookup.Miss(ModelCache.Keeper one)
                ? one
                : ModelCache.Keeper.NOTHING;
        ModelEvent event = stream.first();
        while (true) {
            requireWithin(admitted.permit(), stream.bytes());
            for (ModelEvent passed : watch.next(event)) {
                keeper.event(passed);
                if (passed.mark() != ModelEvent.Mark.OPEN) {
                    return passed;
                }
                answers.event(admitted.ask().exchange(), passed);
            }
            event = switch (stream.next()) {
                case ModelStream.Step.Next(ModelEvent next) -> next;
                case ModelStream.Step.Broken(ModelFailure failure) ->
                    throw new Refused(ModelOutcomes.brokenOff(failure));
            };
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
        progress.provider.ended(progress.facts, errorCode.isEmpty() ? null : errorCode);
        progress.reservation.settle(progress.target, progress.facts, progress.bytesIn);
        try {
            ticket.finish(new CallOutcome(
                    status,
                    errorCode,
                    progress.status,
                    (trace.now() - progress.sinceNanos) / 1000,
                    progress.bytesIn,
                    0,
                    answerBytes < 0 ? PayloadSize.NONE : new PayloadSize(answerBytes),
                    ScreenRecord.NONE,
                    ModelOutcomes.said(progress.facts),
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
