package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.Envelope.Shape;
import java.util.List;

/** Gets what comes on a request's stream beside its response. */
@FunctionalInterface
interface Sideline {
    /** A notification, a request of the server, or a response that belongs to no request of ours. */
    void message(Envelope message);

    /** Requests of the server that came together; at least one. */
    default void requests(List<Envelope> requests) {
        requests.forEach(this::message);
    }

    /** Whether a message announces that one of the server's lists has changed. */
    static boolean isListChanged(Envelope message) {
        return message.shape() == Shape.NOTIFICATION
                && switch (message.method()) {
                    case "notifications/tools/list_changed",
                            "notifications/prompts/list_changed",
                            "notifications/resources/list_changed" -> true;
                    default -> false;
                };
    }
}
