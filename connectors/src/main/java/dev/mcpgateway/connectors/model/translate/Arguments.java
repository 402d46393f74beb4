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

    /** Nobody here follows a reply down, and it was held to the bounds of replies. */
    private static final int REPLY_DEPTH_MAX = 1024;

    private Arguments() {}

    /** Arguments in the history of a conversation. No text at all stands for no arguments, as some servers write it. */
    static String ofText(Node text) {
        String json = text.text();
        if (json.isBlank()) {
            return "{}";
        }
        if (!isObject(json, JsonLimits.DEPTH_DEFAULT - LEVELS_AROUND)) {
            throw text.unfit("not the text of a JSON object");
        }
        return json;
    }

    /** Whether what a model wrote is an object. */
    static boolean isObject(String json) {
        return isObject(json, REPLY_DEPTH_MAX);
    }

    private static boolean isObject(String json, int depthMax) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        int most = Math.max(1, bytes.length);
        JsonLimits limits = new JsonLimits(most, depthMax, most, most, most, true);
        try {
            return StrictJson.parse(bytes, limits).is(JsonDocument.ROOT, Kind.OBJECT);
        } catch (JsonRefused refused) {
            return false;
        }
    }
}
