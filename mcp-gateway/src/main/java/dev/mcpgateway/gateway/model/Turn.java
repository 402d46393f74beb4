package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.admission.Admission.Place;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.FailureClass;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.telemetry.ModelTrace;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One attempt with what it holds until its end, and what its target's breaker learns of it. Used by one thread. */
final class Turn {
    private final ModelTable.Target target;
    private final int number;
    private final TimeSource time;
    private final long sinceNanos;
    private final Place place;
    private final HealthTable health;
    private final Decisions decisions;
    private final Attempt attempt;
    private Breaker.Pass pass;

    /**
     * Begins.
     *
     * @param number of the attempt, from 1
     * @param place given back at its end
     * @param pass of the target's breaker, which is told of the end
     */
    Turn(
            ModelTable.Target target,
            ModelTrace trace,
            int number,
            TimeSource time,
            Place place,
            Breaker.Pass pass,
            HealthTable health,
            Decisions decisions) {
        this.target = target;
        this.number = number;
        this.time = time;
        this.sinceNanos = time.nanos();
        this.place = place;
        this.pass = pass;
        this.health = health;
        this.decisions = decisions;
        this.attempt = new Attempt(target, trace, number, () -> time.nanos() - sinceNanos, this::ended);
    }

    ModelTable.Target target() {
        return target;
    }

    Attempt attempt() {
        return attempt;
    }

    /** Notes what came of asking, also of its target. */
    void replied(ModelReply came, BooleanSupplier isOver) {
        attempt.replied(came, isOver);
        switch (attempt.reply()) {
            case ModelReply.Failed(ModelFailure failure) -> failed(failure);
            case ModelReply.Whole _ -> answered();
            case ModelReply.Streaming _ -> {
                answered();
                begun();
            }
        }
    }

    private void failed(ModelFailure failure) {
        switch (failure.cause()) {
            case RATE_LIMITED -> health.cool(target.entry(), attempt.pauseNanos());
            case OVER_QUOTA -> health.coolAll(target.provider().name(), attempt.pauseNanos());
            default -> {}
        }
        if (FailureClass.isRefusal(failure)) {
            health.refused(target.entry());
        }
    }

    private void answered() {
        health.answered(target.entry(), time.nanos() - sinceNanos);
    }

    /** A stream's first content is there. A whole answer has ended when it begins. */
    private void begun() {
        Breaker.Begun begun = health.begun(target.entry(), pass);
        pass = begun.pass();
        tell(begun.change());
    }

    /** Another attempt of its call has answered first, or ended it. */
    void lost() {
        if (attempt.reply() instanceof ModelReply.Failed(ModelFailure failure) && failure.cause() == Cause.CANCELLED) {
            health.tookMore(target.entry(), time.nanos() - sinceNanos);
        }
        attempt.lost(Reason.CANCELLED);
    }

    private void ended(Breaker.Outcome outcome) {
        place.close();
        tell(health.ended(target.entry(), pass, outcome));
    }

    private void tell(Breaker.@Nullable Change change) {
        if (change != null) {
            decisions.changed(target.key(), change, number);
        }
    }
}
