package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.route.Breaker.Outcome;
import dev.mcpgateway.gateway.model.route.FailureClass;
import dev.mcpgateway.gateway.model.route.Served;
import dev.mcpgateway.gateway.telemetry.ModelTrace;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One exchange with one target, from its place at the provider to its last event. Used by one thread. */
final class Attempt implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final ModelTable.Target target;
    private final ModelTrace trace;
    private final int number;
    private final Consumer<Outcome> release;
    private ModelReply reply = new ModelReply.Failed(ModelFailure.cancelled());
    private ModelFacts facts = ModelFacts.NONE;
    private Outcome outcome = Outcome.IGNORED;
    private boolean released;
    private boolean ended;
    private boolean mismatched;

    /**
     * An attempt begins.
     *
     * @param number from 1
     * @param release gives back what it holds, and takes what came of it; called once
     */
    Attempt(ModelTable.Target target, ModelTrace trace, int number, Consumer<Outcome> release) {
        this.target = target;
        this.trace = trace;
        this.number = number;
        this.release = release;
    }

    /** An answer that was kept: nobody is asked. */
    static Attempt kept(ModelTable.Target target, ModelTrace trace) {
        return new Attempt(target, trace, 0, _ -> {});
    }

    /** Takes the reply, and waits for the first content of a stream where somebody else could still answer. */
    void replied(ModelReply first, ModelApi api, boolean holds, BooleanSupplier isOver) {
        switch (first) {
            case ModelReply.Failed(ModelFailure failure) -> {
                facts = failure.facts();
                failed(failure, isOver);
            }
            case ModelReply.Whole whole -> {
                reply = whole;
                facts = whole.facts();
                outcome = Outcome.SUCCESS;
            }
            case ModelReply.Streaming(var stream) -> {
                HeldStream held = new HeldStream(stream, each -> outcome = each);
                reply = new ModelReply.Streaming(held);
                ModelFailure failure = holds ? held.hold(api).orElse(null) : null;
                facts = held.facts();
                if (failure != null) {
                    held.close();
                    failed(failure.with(facts), isOver);
                }
            }
        }
        if (!hasFailed() && isOfAnother(facts) && target.entry().mismatch() == Models.Mismatch.FAIL) {
            drop();
            failed(new ModelFailure(Cause.MALFORMED, 0, new byte[0], 0, "", "another model answered"), () -> false);
        }
    }

    private void drop() {
        if (reply instanceof ModelReply.Streaming(var stream)) {
            stream.close();
        }
    }

    /** What it held is free at once; its time is over, too. Who gets the rest of a call's time has not failed at its end. */
    private void failed(ModelFailure failure, BooleanSupplier isOver) {
        reply = new ModelReply.Failed(failure);
        outcome = (failure.cause() == Cause.TIMED_OUT || failure.cause() == Cause.OUT_OF_TIME) && isOver.getAsBoolean()
                ? Outcome.IGNORED
                : FailureClass.outcome(failure);
        release();
        ended(
                facts,
                mismatched
                        ? "model_mismatch"
                        : ModelOutcomes.refusal(failure).reason().code(),
                failure.detail());
    }

    /** Whether the model that answered is none that was asked for; counted once. */
    boolean isOfAnother(ModelFacts said) {
        if (!mismatched && number > 0 && !Served.matches(target.entry(), said.servedModel())) {
            mismatched = true;
            LOG.atWarn().addKeyValue("target", target.key()).log("another model answered than was asked for");
            trace.mismatched();
        }
        return mismatched;
    }

    ModelTable.Target target() {
        return target;
    }

    int number() {
        return number;
    }

    ModelReply reply() {
        return reply;
    }

    ModelFacts facts() {
        return facts;
    }

    /** How asking the provider ended, as far as it is to be paid. */
    Reservation.End end() {
        return reply instanceof ModelReply.Failed(ModelFailure failure)
                ? ModelOutcomes.end(failure)
                : Reservation.End.CUT;
    }

    boolean hasFailed() {
        return reply instanceof ModelReply.Failed;
    }

    /** Whether there was an answer that cannot be passed on: who asks again pays again, and learns no more. */
    boolean isUnreadable() {
        return reply instanceof ModelReply.Failed(ModelFailure failure) && failure.cause() == Cause.UNREADABLE;
    }

    /** Whether it failed because another model answered. */
    boolean isWithheld() {
        return hasFailed() && mismatched;
    }

    /** The first event of a stream goes on to the agent. */
    void began() {
        trace.began();
    }

    /** What was not passed on, in either direction. */
    void dropped(List<String> dropped) {
        trace.dropped(dropped);
    }

    /** What the call cost; before {@link #ended}. */
    void cost(Cost cost) {
        trace.cost(cost.nanoUsd());
    }

    /** It is over; {@code error} is {@code null} for a complete answer. */
    void ended(ModelFacts said, @Nullable String error) {
        ended(said, error, "");
    }

    private void ended(ModelFacts said, @Nullable String error, String message) {
        if (!ended) {
            ended = true;
            int context = target.entry().contextTokens();
            if (context > 0 && said.usage().isKnown()) {
                trace.contextUsed(said.usage(), context);
            }
            trace.ended(said, error, message);
        }
    }

    private void release() {
        if (!released) {
            released = true;
            release.accept(outcome);
        }
    }

    @Override
    public void close() {
        release();
    }
}
