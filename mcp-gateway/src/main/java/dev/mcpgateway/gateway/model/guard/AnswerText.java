package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.policy.screen.Place;
import java.util.Set;

/** Finds the texts of an answer: of what a model said, thought and wants done, and of whatever stands beside it. */
final class AnswerText {
    /** What an object of the Responses protocol repeats of its request: the agent's own words. */
    private static final Set<String> ECHO = Set.of(
            "instructions",
            "tools",
            "tool_choice",
            "metadata",
            "prompt",
            "text",
            "user",
            "safety_identifier",
            "prompt_cache_key");

    private static final Name OUTPUT = Name.of("output");

    private AnswerText() {}

    /** All texts of a whole answer, or of a provider's error. */
    static Texts of(JsonDocument answer) {
        Texts texts = new Texts(answer);
        response(answer, JsonDocument.ROOT, texts, "");
        return texts;
    }

    /** The texts of an object that may be a response of the Responses protocol. */
    static void response(JsonDocument document, int node, Texts texts, String pointer) {
        if (!document.is(node, Kind.OBJECT)) {
            texts.known(node, Place.MODEL_OUTPUT, false, pointer);
            return;
        }
        boolean echoes = document.member(node, OUTPUT) != JsonDocument.NONE;
        for (int value = document.first(node); value != JsonDocument.NONE; value = document.next(node, value)) {
            String name = document.name(value);
            if (!echoes || !ECHO.contains(name)) {
                texts.member(node, value, Place.MODEL_OUTPUT, false, Texts.below(pointer, name));
            }
        }
    }
}
