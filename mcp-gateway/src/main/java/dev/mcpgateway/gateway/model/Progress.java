package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.AuditTicket;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.ModelRouting;
import dev.mcpgateway.audit.PayloadSize;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.telemetry.CallTrace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of a call while it is carried out, for its outcome record. */
final class Progress implements AutoCloseable {
    private final long sinceNanos;
    final Reservation reservation;
    private final ModelTable.Target target;
    private final Guardrails.OnCall guard;
    private final String cachedBy;
    final Decisions decisions;

    @Nullable
    Attempt attempt;

    int status;
    long bytesIn;
    ModelFacts facts = ModelFacts.NONE;
    Reservation.End end = Reservation.End.CUT;

    /** Whether something was not passed on, of which a later reader of a kept answer would not be told. */
    boolean dropped;

    final EventNumber number;

    private boolean settled;

    Progress(Admitted admitted, CallTrace trace, EventNumber number) {
        this.number = number;
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
                target().provider().name(), target().model(), attempt.attempts(), mismatch, decisions.steps());
    }

    /** Whether a provider has answered what cannot be passed on: who asks again pays again, and learns no more. */
    boolean isPaidInVain(Reason reason) {
        return attempt != null
                && attempt.number() > 0
                && switch (reason) {
                    case RESULT_TOO_LARGE -> true;
                    // of a provider's own error, which costs nothing
                    case CONTENT_NOT_KEPT -> !attempt.hasFailed();
                    default -> false;
                };
    }

    /** What was asked of a provider is paid, whatever kept it from being finished. */
    @Override
    public void close() {
        if (attempt != null) {
            if (attempt.number() > 0 && !settled) {
                var _ = reservation.settle(target(), facts, bytesIn, Reservation.End.CUT, attempt.nanos());
            }
            attempt.close();
        }
    }

    /**
     * Settles what was asked of a provider, and records the outcome.
     *
     * @param answerBytes bytes of the answer; below 0 where there is none
     */
    void finish(AuditTicket ticket, CallTrace trace, CallStatus status, String errorCode, long answerBytes) {
        Cost cost = Cost.UNKNOWN;
        if (attempt != null) {
            settled = true;
            cost = reservation.settle(target(), facts, bytesIn, end, attempt.nanos());
            attempt.cost(cost);
            attempt.ended(facts, errorCode.isEmpty() ? null : errorCode);
            // before the record, since what its breaker makes of it belongs into that
            attempt.close();
        }
        try {
            ticket.finish(new CallOutcome(
                    status,
                    errorCode,
                    cachedBy.isEmpty() ? this.status : 0,
                    (trace.now() - sinceNanos) / 1000,
                    cachedBy.isEmpty() ? bytesIn : 0,
                    0,
                    answerBytes < 0 ? PayloadSize.NONE : new PayloadSize(answerBytes),
                    guard.seen(),
                    ModelOutcomes.said(facts, cost, cachedBy, routing()),
                    List.of()));
        } catch (AuditUnavailable failure) {
            throw ModelRecords.unavailable(failure);
        }
    }
}
