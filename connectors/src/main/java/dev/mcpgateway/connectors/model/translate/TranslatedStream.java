package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelEvent.Mark;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelFailure;
import dev.mcpgateway.connectors.model.ModelFailure.Cause;
import dev.mcpgateway.connectors.model.ModelReply;
import dev.mcpgateway.connectors.model.ModelStream;
import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A provider's stream in the agent's protocol; complete only when the provider's is. */
final class TranslatedStream implements ModelStream {
    private final ModelStream events;
    private final StreamTranslation translation;
    private final Queue<ModelEvent> translated = new ArrayDeque<>();
    private List<String> dropped;
    private ModelEvent first = new ModelEvent("", new byte[0], Mark.OPEN);

    private TranslatedStream(ModelStream events, StreamTranslation translation, List<String> dropped) {
        this.events = events;
        this.translation = translation;
        this.dropped = dropped;
    }

    /** A stream once its first event is translated; a failure when there is none, or it says that the provider failed. */
    static ModelReply open(ModelStream events, StreamTranslation translation, List<String> droppedOfRequest) {
        TranslatedStream stream = new TranslatedStream(events, translation, droppedOfRequest);
        stream.take(events.first());
        return switch (stream.next()) {
            case Step.Next(ModelEvent event)
            when event.mark() != Mark.ERROR -> {
                stream.first = event;
                stream.dropped = Dropped.both(droppedOfRequest, Dropped.of(Dropped.ANSWER, translation.told()));
                yield new ModelReply.Streaming(stream);
            }
            case Step.Next(ModelEvent error) -> {
                stream.close();
                yield new ModelReply.Failed(
                        ModelFailure.saidIn(error.data(), translation.failure()).with(stream.facts()));
            }
            case Step.Broken(ModelFailure failure) -> {
                stream.close();
                yield new ModelReply.Failed(failure.with(stream.facts()));
            }
        };
    }

    @Override
    public ModelEvent first() {
        return first;
    }

    @Override
    public Step next() {
        while (translated.isEmpty()) {
            if (isUnreadable()) {
                return new Step.Broken(ModelFailure.of(Cause.UNREADABLE, translation.failure()));
            }
            switch (events.next()) {
                case Step.Next(ModelEvent event) -> take(event);
                case Step.Broken broken -> {
                    return broken;
                }
            }
        }
        return new Step.Next(translated.remove());
    }

    @Override
    public void beforeWaiting(Runnable then) {
        events.beforeWaiting(then);
    }

    /** Gemini's last event looks like any other: its stream is complete only once it has ended. */
    private void take(ModelEvent event) {
        keep(translation.next(new Event(event.type(), event.data())));
        if (event.mark() != Mark.OPEN) {
            keep(translation.end());
        }
    }

    /** The provider has answered, and only the agent's protocol cannot have it: then nobody else is to be asked. */
    private boolean isUnreadable() {
        return translation.state() == StreamTranslation.State.FAILED && !translation.isProvidersFailure();
    }

    private void keep(List<Event> written) {
        if (isUnreadable()) {
            return;
        }
        for (int i = 0; i < written.size(); i++) {
            Event event = written.get(i);
            translated.add(
                    new ModelEvent(event.type(), event.data(), i == written.size() - 1 ? markOfLast() : Mark.OPEN));
        }
    }

    private Mark markOfLast() {
        return switch (translation.state()) {
            case OPEN -> Mark.OPEN;
            case COMPLETE -> Mark.LAST;
            case FAILED -> Mark.ERROR;
        };
    }

    /** The provider's words, whatever the agent's protocol calls them. */
    @Override
    public ModelFacts facts() {
        return events.facts();
    }

    @Override
    public String requestId() {
        return events.requestId();
    }

    @Override
    public List<String> dropped() {
        return dropped;
    }

    @Override
    public long bytes() {
        return events.bytes();
    }

    /** Gives the provider's connection back after its last event. */
    @Override
    public void close() {
        events.close();
    }
}
