package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.wire.EventStreamReader.Event;
import java.util.List;

/** Writes the events of a stream in the agent's protocol. */
interface Sink {
    /** Writes what a piece makes; calls come one after the other. */
    void accept(Piece piece, List<Event> out);

    /** Ends a stream that failed, in the protocol's own form. */
    void fail(Fault fault, List<Event> out);
}
