package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelCall;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.call.Stage;
import dev.mcpgateway.gateway.http.Answers.PeerGone;
import dev.mcpgateway.gateway.http.OwnExchange;
import dev.mcpgateway.gateway.model.kept.IssuedIds;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import dev.mcpgateway.gateway.telemetry.ModelTrace;
import dev.mcpgateway.policy.Permit;
import dev.mcpgateway.policy.Policy;
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
    private final ModelAdmission admission;
    private final Attempts attempts;
    private final Onlooker onlooker;
    private final ModelRecords records;
    private final ModelAnswers answers;
    private final KeptState kept;

    ModelCallPath(
            Supplier<Policy> policies,
            ModelAdmission admission,
            Attempts attempts,
            Onlooker onlooker,
            ModelRecords records,
            ModelAnswers answers,
            KeptState kept) {
        this.policies = policies;
        this.admission = admission;
        this.attempts = attempts;
        this.onlooker = onlooker;
        this.records = records;
        this.answers = answers;
        this.kept = kept;
    }

    /**
     * Carries out one call and answers it, or throws a refusal that is already recorded.
     *
     * @param number counts what is sent of a stream, for whoever answers with the refusal
     * @return the error type of what was answered, {@code null} for success
     */
    @Nullable
    String handle(ModelAsk ask, CallTrace trace, EventNumber number) {
        // LOCATE AUTHORIZE ADMIT CHECK ROUTE BUDGET CACHE
        try (Admitted admitted = admission.admit(policies.get(), ask, trace);
                AuditTicket ticket = record(admitted, trace); // RECORD
                Progress progress = new Progress(admitted, trace, number)) {
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
                if (progress.isPaidInVain(refused.why().reason())) {
                    answers.notAgain(admitted.ask().exchange());
                }
                throw recorded(ticket, refused, progress, trace);
            }
        }
    }

    private AuditTicket record(Admitted admitted, CallTrace trace) {
        AuditTicket ticket = admitted.cachedBy().isEmpty()
                ? records.opened(
                        admitted.ask(),
                        admitted.target(),
                        admitted.permit(),
                        admitted.observed().decision(),
                        ModelRecords.traceRef(trace))
                : records.openedFromCache(
                        admitted.ask(),
                        admitted.permit(),
                        admitted.observed().decision(),
                        ModelRecords.traceRef(trace));
        admitted.content().recorded();
        return ticket;
    }

    private static ModelTrace providerBegins(Admitted admitted, ModelTable.Target target, CallTrace trace) {
        ModelRequest request = admitted.ask().request();
        ModelTrace begun = trace.providerBegins(
                request.api().operation(),
                admitted.permit().feature().own(),
                target.provider(),
                target.model(),
                request.streamed());
        begun.asked(request);
        return begun;
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
        if (ask.exchange() instanceof OwnExchange own) {
            progress.decisions.madeFor(own, ask.copy(), admitted.target().key());
        }
        Attempt attempt = attempts.make(
                admitted.plan(),
                ask.request().api(),
                progress.reservation,
                progress.decisions,
                target -> providerBegins(admitted, target, trace),
                (target, atMost) -> target.provider()
                        .send(new ModelCall(
                                ask.request(),
                                target.model(),
                                ask.headers(),
                                ask.asker().workload(),
                                atMost)));
        progress.attempt = attempt;
        // what those before could not take does not matter any more
        List<String> left = attempt.target().provider().leavesOut(ask.headers());
        progress.dropped |= !left.isEmpty();
        answers.dropped(ask.exchange(), left);
        boolean isFinal = attempt.isUnreadable() || (attempt.hasFailed() && attempts.hasChoice(admitted.plan()));
        answers.attempts(ask.exchange(), attempt.attempts(), isFinal);
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
        Onlooker.Watch watch = watch(admitted, progress, trace);
        watch.whole(body).ifPresent(progress.decisions::evaluated);
        trace.enter(Stage.FINISH);
        admitted.content().whole(body);
        admitted.content().complete();
        progress.finish(ticket, trace, CallStatus.OK, "", issued.length);
        admitted.keeper().whole(new ModelReply.Whole(body, whole.requestId(), whole.facts()));
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
    private Onlooker.Watch watch(Admitted admitted, Progress progress, CallTrace trace) {
        return admitted.cachedBy().isEmpty()
                ? onlooker.watch(admitted.ask(), progress.target(), trace.traceparent())
                : Onlooker.Watch.NOTHING;
    }

    /** What did not reach the other side is told in every place where somebody may look for it. */
    private void dropped(Admitted admitted, List<String> dropped, Progress progress) {
        progress.dropped |= !dropped.isEmpty();
        if (progress.dropped) {
            admitted.keeper().notKept();
        }
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

    /** A provider's own error is the agent's to read, with its status; what the gateway met is told in its words. */
    private @Nullable String fail(
            Admitted admitted, AuditTicket ticket, ModelFailure failure, Progress progress, CallTrace trace) {
        progress.status = failure.status();
        // who leaves between two attempts has cancelled the call, and the provider has said before what it gave
        progress.end = progress.attempt == null ? ModelOutcomes.end(failure) : progress.attempt.end();
        Refusal refusal = progress.attempt != null && progress.attempt.isWithheld()
                ? Refusal.of(Reason.MODEL_MISMATCH)
                : ModelOutcomes.refusal(failure);
        progress.facts = progress.attempt == null ? ModelFacts.NONE : progress.attempt.facts();
        ModelApi api = admitted.ask().request().api();
        byte[] said = ModelErrors.providers(
                api.protocol(), failure, refusal, admitted.ask().exchange().id());
        if (said.length == 0) {
            throw new Refused(refusal);
        }
        progress.bytesIn = failure.body().length;
        trace.enter(Stage.SCREEN);
        byte[] body = admitted.guard().answer(said);
        trace.enter(Stage.FINISH);
        admitted.content().whole(body);
        admitted.content().complete();
        progress.finish(
                ticket,
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
            Onlooker.Watch watch = watch(admitted, progress, trace);
            ModelEvent last = ids.event(relayed(admitted, stream, ids, watch, progress));
            boolean complete = last.mark() == ModelEvent.Mark.LAST;
            String error = complete ? null : Reason.PROVIDER_FAILED.code();
            note(stream, progress);
            progress.end = complete ? Reservation.End.COMPLETE : Reservation.End.CUT;
            trace.enter(Stage.FINISH);
            admitted.content().complete();
            progress.finish(
                    ticket,
                    trace,
                    complete ? CallStatus.OK : CallStatus.PROTOCOL_ERROR,
                    error == null ? "" : error,
                    stream.bytes());
            if (complete) {
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
    private ModelEvent relayed(
            Admitted admitted, ModelStream stream, IssuedIds ids, Onlooker.Watch onlooking, Progress progress)
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
                    progress.number.sent(passed);
                }
                event = switch (stream.next()) {
                    case ModelStream.Step.Next(ModelEvent next) -> {
                        if (progress.attempt != null && next.mark() == ModelEvent.Mark.OPEN) {
                            progress.attempt.wentOn();
                        }
                        yield next;
                    }
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
        progress.finish(ticket, trace, ModelOutcomes.status(reason), reason.code(), -1);
        return refused.alreadyRecorded();
    }
}
