package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelStream;
import java.util.Iterator;
import java.util.List;

/** A stream that was kept: the same events in the same order, as fast as they are taken. Used by one thread. */
final class KeptStream implements ModelStream {
    private final Iterator<ModelEvent> events;
    private final ModelFacts facts;
    private final ModelEvent first;
    private long bytes;

    /** The events, of which there is one at least; what the whole answer said of itself. */
    KeptStream(List<ModelEvent> events, ModelFacts facts) {
        this.events = events.iterator();
        this.facts = facts;
        this.first = counted();
    }

    private ModelEvent counted() {
        ModelEvent event = events.next();
        bytes += event.data().length;
        return event;
    }

    @Override
    public ModelEvent first() {
        return first;
    }

    @Override
    public Step next() {
        return new Step.Next(counted());
    }

    /** It never waits. */
    @Override
    public void beforeWaiting(Runnable then) {}

    @Override
    public ModelFacts facts() {
        return facts;
    }

    @Override
    public String requestId() {
        return "";
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void close() {}
}
