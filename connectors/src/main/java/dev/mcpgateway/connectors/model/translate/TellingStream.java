package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.model.ModelStream;
import java.util.List;

/** A stream as it is, which tells what of its request was dropped. */
record TellingStream(ModelStream stream, List<String> dropped) implements ModelStream {
    TellingStream {
        dropped = List.copyOf(dropped);
    }

    @Override
    public ModelEvent first() {
        return stream.first();
    }

    @Override
    public Step next() {
        return stream.next();
    }

    @Override
    public void beforeWaiting(Runnable then) {
        stream.beforeWaiting(then);
    }

    @Override
    public ModelFacts facts() {
        return stream.facts();
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
