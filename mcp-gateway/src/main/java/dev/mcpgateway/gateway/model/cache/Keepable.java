package dev.mcpgateway.gateway.model.cache;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelFacts;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/** Which answers may be given again: those that ended as answers do, and ask for nothing to be done. */
final class Keepable {
    /**
     * In the words of all providers, which stay what they are when an answer is translated. A refusal or a filter may be
     * another answer next time, and what is not known is not kept.
     */
    private static final Set<String> ENDS = Set.of(
            "stop",
            "length",
            "end_turn",
            "stop_sequence",
            "max_tokens",
            "completed",
            "max_output_tokens",
            "STOP",
            "MAX_TOKENS");

    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final Name TYPE = Name.of("type");
    private static final Name TOOL_CALLS = Name.of("tool_calls");
    private static final Name FUNCTION_CALL = Name.of("function_call");

    private Keepable() {}

    /** Whether the answer ended in good order. */
    static boolean isEnd(ModelApi api, ModelFacts facts) {
        return api == ModelApi.EMBEDDINGS || ENDS.contains(facts.finishReason());
    }

    /** Whether an answer, or an event of one, calls a tool; what cannot be read may. */
    static boolean mayCallTool(byte[] json) {
        if (Arrays.equals(json, DONE)) {
            return false;
        }
        try {
            JsonDocument document =
                    StrictJson.parse(json, JsonLimits.forReplies(Math.max(1, json.length), JsonLimits.DEPTH_DEFAULT));
            return callsTool(document, JsonDocument.ROOT);
        } catch (JsonRefused unreadable) {
            return true;
        }
    }

    /** All protocols say it by the type of an item or of a block, or by a member of this name. */
    private static boolean callsTool(JsonDocument document, int node) {
        if (!document.is(node, Kind.OBJECT) && !document.is(node, Kind.ARRAY)) {
            return false;
        }
        int calls = document.member(node, TOOL_CALLS);
        if ((document.is(calls, Kind.ARRAY) && document.first(calls) != JsonDocument.NONE)
                || document.is(document.member(node, FUNCTION_CALL), Kind.OBJECT)
                || isCall(document, document.member(node, TYPE))) {
            return true;
        }
        for (int each = document.first(node); each != JsonDocument.NONE; each = document.next(node, each)) {
            if (callsTool(document, each)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCall(JsonDocument document, int type) {
        if (!document.is(type, Kind.STRING)) {
            return false;
        }
        String name = document.string(type);
        return name.endsWith("tool_use")
                || name.endsWith("_call")
                || name.contains("_call.")
                || name.contains("_call_");
    }
}
