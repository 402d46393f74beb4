package dev.mcpgateway.connectors.model;

import java.util.List;
import java.util.Locale;

/** How providers say that a request does not fit into a model's context. Most have no code for it, only a sentence. */
final class ContextOverflow {
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

    private ContextOverflow() {}

    /** Whether an error says so. */
    static boolean isSaidIn(String error) {
        String says = error.toLowerCase(Locale.ROOT);
        return SAID.stream().anyMatch(says::contains);
    }

    /** Whether an error with the status of a limit says that no pause would help: more than a minute may have is asked at once. */
    static boolean isBeyondTheLimit(int status, String error) {
        String says = error.toLowerCase(Locale.ROOT);
        return status == 429 && says.contains("request too large") && says.contains("must be reduced");
    }

    /** Whether an answer with this status may say so. */
    static boolean isStatus(int status) {
        return status == 400 || status == 413 || status == 422;
    }
}
