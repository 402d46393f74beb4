package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import org.jspecify.annotations.Nullable;

/** Which number an event of the gateway's own has in a stream of Responses, whose clients expect them in a row. Used by one thread. */
final class EventNumber {
    private static final Name SEQUENCE_NUMBER = Name.of("sequence_number");
    private static final int JSON_DEPTH = 64;

    private byte @Nullable [] last;

    /** An event goes to the agent. */
    void sent(ModelEvent event) {
        last = event.data();
    }

    /** The one behind that of the event that was sent last; 0 where that has none, or none was sent. */
    long next() {
        if (last == null) {
            return 0;
        }
        try {
            JsonDocument event = StrictJson.parse(last, JsonLimits.forReplies(Math.max(1, last.length), JSON_DEPTH));
            int number = event.at(SEQUENCE_NUMBER);
            boolean isNumber =
                    event.is(number, Kind.NUMBER) && event.raw(number).matches("[0-9]{1,9}");
            return isNumber ? Long.parseLong(event.raw(number)) + 1 : 0;
        } catch (JsonRefused notRead) {
            return 0;
        }
    }
}
