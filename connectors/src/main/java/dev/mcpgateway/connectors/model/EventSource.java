package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.EventStreamReader;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The events of an answer, freed of the framing in which they come. */
@FunctionalInterface
interface EventSource {
    /**
     * The next event, or {@code null} at the end of the stream.
     *
     * @throws IOException an {@link dev.mcpgateway.connectors.net.HttpFault} or {@link EventStreamReader.EventTooLarge}
     */
    EventStreamReader.@Nullable Event next() throws IOException;
}
