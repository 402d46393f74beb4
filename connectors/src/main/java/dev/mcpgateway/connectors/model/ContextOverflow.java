package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** How providers say that a request does not fit into a model's context. Most have no code for it, only a sentence. */
public final class ContextOverflow {
    /** Each in the words of who says so; the same words stand in the errors of several. */
    private static final List<String> SAID = List.of(
            // OpenAI, Azure, Groq
            "context_length_exceeded",
            "maximum context length",
            "exceeds the context window",
            // Anthropic, also at Bedrock
            "prompt is too long",
            "exceed context limit",
            // Bedrock
            "input is too long for requested model",
            "too many input tokens",
            "number of input tokens exceeds maximum length",
            // Gemini
            "exceeds the maximum number of tokens",
            // vLLM, SGLang
            "longer than the maximum model length",
            "longer than the model's context length",
            "the model's context length is only",
            // Ollama, llama.cpp
            "exceeds the context length",
            "exceeded max context length",
            "exceed_context_size_error",
            "exceeds the available context size",
            // Mistral, TGI
            "too large for model with",
            "`inputs` tokens + `max_new_tokens`");

    private static final Name ERROR = Name.of("error");
    private static final Name RESPONSE = Name.of("response");
    private static final int DEPTH_MAX = 64;

    private ContextOverflow() {}

    /** Whether an error's document says so. */
    public static boolean isSaidIn(byte[] error) {
        String says = new String(error, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        return SAID.stream().anyMatch(says::contains);
    }

    /**
     * Whether the error in an event, or in the place of an answer, says so. What the model wrote before it, which some events
     * repeat, is not looked at.
     */
    public static boolean isSaidByErrorIn(byte[] document) {
        try {
            JsonDocument said =
                    StrictJson.parse(document, JsonLimits.forReplies(Math.max(1, document.length), DEPTH_MAX));
            int error = said.at(ERROR);
            if (error == JsonDocument.NONE) {
                error = said.at(RESPONSE, ERROR);
            }
            String words = error == JsonDocument.NONE ? said.raw(JsonDocument.ROOT) : said.raw(error);
            return isSaidIn(words.getBytes(StandardCharsets.UTF_8));
        } catch (JsonRefused unreadable) {
            return false;
        }
    }

    /** Whether an answer with this status may say so. */
    static boolean isStatus(int status) {
        return status == 400 || status == 413 || status == 422;
    }
}
