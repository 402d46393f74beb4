package dev.mcpgateway.connectors.model;

import java.util.List;

/**
 * The events of one answer, read one at a time by one thread. A stream that ends without its last event has failed; so
 * has one that is silent for too long. Closing it before its end ends the request at the provider.
 */
public interface ModelStream extends AutoCloseable {

    /** What comes next. */
    sealed interface Step {
        /** An event. */
        record Next(ModelEvent event) implements Step {}

        /** Nothing comes any more, though the answer is not complete. */
        record Broken(ModelFailure failure) implements Step {}
    }

    /** The first event. */
    ModelEvent first();

    /** Waits for the next event. Not to be called after the last one. */
    Step next();

    /**
     * Runs this on the reading thread whenever {@link #next} would have to wait for the provider, and before it waits. A
     * reader that gathers events and passes them on here delays none; the time that it takes is none of the provider's.
     */
    void beforeWaiting(Runnable then);

    /** What the answer has said of itself so far. */
    ModelFacts facts();

    /** The provider's id of the request; empty when there is none. */
    String requestId();

    /** What of the request, and of the answer up to its first event, could not be passed on, in printable ASCII. */
    default List<String> dropped() {
        return List.of();
    }

    /** Bytes of all events so far. */
    long bytes();

    /** Gives the connection back after the last event, and ends it and the provider's work otherwise. */
    @Override
    void close();
}
