package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;

/** Arguments of a tool, which some protocols have as an object and some as its text. */
final class Arguments {
    /** Levels that a message has around them. */
    private static final int LEVELS_AROUND = 8;

    private Arguments() {}

    /** Arguments in the history of a conversation. No text at all stands for no arguments, as some servers write it. */
    static String ofText(Node text) {
        String json = text.text();
        if (json.isBlank()) {
            return "{}";
        }
        if (!isObject(json)) {
            throw text.unfit("not the text of a JSON object");
        }
        return json;
    }

    static boolean isObject(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        JsonLimits limits = JsonLimits.forReplies(Math.max(1, bytes.length), JsonLimits.DEPTH_DEFAULT - LEVELS_AROUND);
        try {
            return StrictJson.parse(bytes, limits).is(JsonDocument.ROOT, Kind.OBJECT);
        } catch (JsonRefused refused) {
            return false;
        }
    }
}
