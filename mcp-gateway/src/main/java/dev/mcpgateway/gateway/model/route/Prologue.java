package dev.mcpgateway.gateway.model.route;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelEvent;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.util.Set;

/** What comes in a stream before the answer's first content: it can be held back, and thrown away with its target. */
public final class Prologue {
    private static final int DEPTH_MAX = 64;
    private static final Name CHOICES = Name.of("choices");
    private static final Name DELTA = Name.of("delta");
    private static final Name ROLE = Name.of("role");
    private static final Name FINISH = Name.of("finish_reason");

    private static final Set<String> MESSAGES = Set.of("message_start", "ping", "content_block_start");
    private static final Set<String> RESPONSES = Set.of(
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added");

    private Prologue() {}

    /** Whether the event holds nothing of the answer yet. What cannot be read is content: it is not held back. */
    public static boolean holds(ModelApi api, ModelEvent event) {
        if (event.mark() != ModelEvent.Mark.OPEN) {
            return false;
        }
        return switch (api) {
            case MESSAGES -> MESSAGES.contains(event.type());
            case RESPONSES -> RESPONSES.contains(event.type());
            case CHAT_COMPLETIONS -> isEmptyChunk(event.data());
            default -> false;
        };
    }

    private static boolean isEmptyChunk(byte[] data) {
        try {
            JsonDocument chunk = StrictJson.parse(data, JsonLimits.forReplies(data.length, DEPTH_MAX));
            int choices = chunk.at(CHOICES);
            if (!chunk.is(choices, Kind.ARRAY)) {
                return false;
            }
            for (int each = chunk.first(choices); each != JsonDocument.NONE; each = chunk.next(choices, each)) {
                if (isSet(chunk, chunk.member(each, FINISH)) || !isEmptyDelta(chunk, chunk.member(each, DELTA))) {
                    return false;
                }
            }
            return true;
        } catch (JsonRefused unreadable) {
            return false;
        }
    }

    private static boolean isEmptyDelta(JsonDocument chunk, int delta) {
        if (!chunk.is(delta, Kind.OBJECT)) {
            return false;
        }
        for (int each = chunk.first(delta); each != JsonDocument.NONE; each = chunk.next(delta, each)) {
            if (!chunk.isNamed(each, ROLE) && isSet(chunk, each)) {
                return false;
            }
        }
        return true;
    }

    /** Empty text, an empty list and null say nothing. */
    private static boolean isSet(JsonDocument chunk, int value) {
        return value != JsonDocument.NONE && !chunk.is(value, Kind.NULL) && chunk.length(value) > 2;
    }
}
