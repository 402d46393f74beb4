package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.gateway.model.route.Breaker.Outcome;
import dev.mcpgateway.gateway.model.route.FailureClass;
import dev.mcpgateway.gateway.model.route.Prologue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A stream whose events before the first content can be held back, so that who answers can still be changed; and which says
 * how it ended.
 */
final class HeldStream implements ModelStream {
    /** A prologue is an event or two. What is longer is passed on as it comes. */
    private static final int EVENTS_MAX = 16;

    private static final int BYTES_MAX = 64 * 1024;

    private final ModelStream stream;
    private final Consumer<Outcome> ends;
    private final Deque<ModelEvent> held = new ArrayDeque<>();
    private final ModelEvent first;

    /** Watches a stream; {@code ends} is told once or never. */
    HeldStream(ModelStream stream, Consumer<Outcome> ends) {
        this.stream = stream;
        this.ends = ends;
        this.first = stream.first();
        held.add(first);
    }

    /** Waits for the first content. What is told of a failure then has not reached the agent. */
    Optional<ModelFailure> hold(ModelApi api) {
        int bytes = 0;
        while (Prologue.holds(api, held.getLast()) && held.size() < EVENTS_MAX && bytes < BYTES_MAX) {
            bytes += held.getLast().data().length;
            switch (stream.next()) {
                case Step.Next(ModelEvent event)
                when event.mark() == Mark.ERROR -> {
                    return Optional.of(failure(event));
                }
                case Step.Next(ModelEvent event) -> held.add(event);
                case Step.Broken(ModelFailure failure) -> {
                    return Optional.of(failure);
                }
            }
        }
        return Optional.empty();
    }

    private static ModelFailure failure(ModelEvent error) {
        return ModelFailure.saidIn(error.data(), "an error in the stream");
    }

    @Override
    public ModelEvent first() {
        held.remove(first);
        return told(first);
    }

    @Override
    public Step next() {
        ModelEvent kept = held.poll();
        if (kept != null) {
            return new Step.Next(told(kept));
        }
        Step step = stream.next();
        switch (step) {
            case Step.Next(ModelEvent event) -> {
                var _ = told(event);
            }
            // an agent that is gone ends what the provider would have gone on with
            case Step.Broken(ModelFailure failure) ->
                ends.accept(Thread.currentThread().isInterrupted() ? Outcome.IGNORED : FailureClass.brokenOff(failure));
        }
        return step;
    }

    @Override
    public void beforeWaiting(Runnable then) {
        stream.beforeWaiting(then);
    }

    private ModelEvent told(ModelEvent event) {
        switch (event.mark()) {
            case OPEN -> {
                // how it ends is to be seen
            }
            case LAST -> ends.accept(Outcome.SUCCESS);
            case ERROR -> ends.accept(FailureClass.outcome(failure(event)));
        }
        return event;
    }

    @Override
    public ModelFacts facts() {
        return stream.facts();
    }

    @Override
    public List<String> dropped() {
        return stream.dropped();
    }

    @Override
    public String requestId() {
        return stream.requestId();
    }

    @Override
    public long bytes() {
        return stream.bytes();
    }

    @Override
    public void close() {
        stream.close();
    }
}
