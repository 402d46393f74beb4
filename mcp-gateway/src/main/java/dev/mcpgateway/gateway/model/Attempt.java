package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.model.money.Cost;
import dev.mcpgateway.gateway.model.route.Breaker.Outcome;
import dev.mcpgateway.gateway.model.route.FailureClass;
import dev.mcpgateway.gateway.model.route.Served;
import dev.mcpgateway.gateway.telemetry.ModelTrace;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One exchange with one target, from its place at the provider to its last event. Used by one thread. */
final class Attempt implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final ModelTable.Target target;
    private final ModelTrace trace;
    private final int number;
    private final LongSupplier ageNanos;
    private final Consumer<Outcome> release;
    private ModelReply reply = new ModelReply.Failed(ModelFailure.cancelled());
    private ModelFacts facts = ModelFacts.NONE;
    private Outcome outcome = Outcome.IGNORED;
    private long failedAfterNanos = -1;
    private boolean released;
    private boolean ended;
    private boolean mismatched;
    private int attempts;

    /**
     * An attempt begins.
     *
     * @param number from 1
     * @param ageNanos how long ago it began
     * @param release gives back what it holds, and takes what came of it; called once
     */
    Attempt(ModelTable.Target target, ModelTrace trace, int number, LongSupplier ageNanos, Consumer<Outcome> release) {
        this.target = target;
        this.trace = trace;
        this.number = number;
        this.attempts = number;
        this.ageNanos = ageNanos;
        this.release = release;
    }

    /** An answer that was kept: nobody is asked. */
    static Attempt kept(ModelTable.Target target, ModelTrace trace) {
        return new Attempt(target, trace, 0, () -> 0, _ -> {});
    }

    /**
     * Asks, and waits for the first content of a stream where somebody else could still answer. Changes nothing here, so that
     * another thread than that of the call may wait; the reply is for {@link #replied}.
     */
    ModelReply ask(Supplier<ModelReply> sends, ModelApi api, boolean holds) {
        ModelReply first = sends.get();
        if (!(first instanceof ModelReply.Streaming(var stream))) {
            return first;
        }
        HeldStream held = new HeldStream(stream, each -> outcome = each);
        ModelFailure failure = holds ? held.hold(api).orElse(null) : null;
        if (failure == null) {
            return new ModelReply.Streaming(held);
        }
        held.close();
        return new ModelReply.Failed(failure.with(held.facts()));
    }

    /** Takes what came of asking. */
    void replied(ModelReply came, BooleanSupplier isOver) {
        switch (came) {
            case ModelReply.Failed(ModelFailure failure) -> {
                facts = failure.facts();
                failed(failure, isOver);
            }
            case ModelReply.Whole whole -> {
                reply = whole;
                facts = whole.facts();
                outcome = Outcome.SUCCESS;
            }
            case ModelReply.Streaming streaming -> {
                reply = streaming;
                facts = streaming.stream().facts();
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
        failedAfterNanos = ageNanos.getAsLong();
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

    /** Nobody gets what it has, for this reason: another attempt of its call has answered first, or its call has failed. */
    void lost(Reason why) {
        drop();
        ended(facts, why.code());
        release();
    }

    ModelTable.Target target() {
        return target;
    }

    int number() {
        return number;
    }

    /** How many attempts its call has made, those included that lost against it. */
    int attempts() {
        return attempts;
    }

    /** Its call ends with it, after so many attempts. */
    Attempt isLastOf(int all) {
        attempts = all;
        return this;
    }

    ModelReply reply() {
        return reply;
    }

    ModelFacts facts() {
        return facts;
    }

    /** How long its target has had for it: until now, or until it failed. */
    long nanos() {
        return failedAfterNanos < 0 ? ageNanos.getAsLong() : failedAfterNanos;
    }

    /** How asking the provider ended, as far as it is to be paid. */
    Reservation.End end() {
        return switch (reply) {
            case ModelReply.Failed(ModelFailure failure) -> ModelOutcomes.end(failure);
            case ModelReply.Whole _ -> Reservation.End.COMPLETE;
            case ModelReply.Streaming _ -> Reservation.End.CUT;
        };
    }

    boolean hasFailed() {
        return reply instanceof ModelReply.Failed;
    }

    /** What may be tried after it; nothing after an answer. */
    FailureClass then() {
        return switch (reply) {
            case ModelReply.Failed(ModelFailure failure) -> mismatched ? FailureClass.NEXT : FailureClass.of(failure);
            case ModelReply.Whole _, ModelReply.Streaming _ -> FailureClass.NEVER;
        };
    }

    /** Why it failed, in a word; empty for an answer. */
    String failure() {
        if (isWithheld()) {
            return "model_mismatch";
        }
        return reply instanceof ModelReply.Failed(ModelFailure failure)
                ? failure.cause().name().toLowerCase(Locale.ROOT)
                : "";
    }

    /** How long its provider asks to be left alone; 0 for nothing. */
    long pauseNanos() {
        return reply instanceof ModelReply.Failed(ModelFailure failure)
                ? TimeUnit.SECONDS.toNanos(failure.retryAfterSeconds())
                : 0;
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

    /** A further event of a stream goes on to the agent. */
    void wentOn() {
        trace.wentOn();
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
