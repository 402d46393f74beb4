package dev.mcpgateway.gateway.model.guard;

import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelRequest;
import dev.mcpgateway.connectors.wire.JsonDocument;
import java.util.Map;
import java.util.Set;

/**
 * The top-level members of requests that let a provider run nothing but the model. Any other one may turn something on: what
 * a provider adds tomorrow, and what servers of the same protocol have of their own.
 *
 * <p>Taken from the types of the official SDKs: {@code openai} 6.49.0 ({@code ChatCompletionCreateParams}, {@code
 * ResponseCreateParams}, {@code EmbeddingCreateParams}), {@code @anthropic-ai/sdk} 1.11.0 (both {@code
 * MessageCreateParams}), {@code @google/genai} 2.32.0 ({@code GenerateContentParameters}), and settings of sampling and
 * reasoning that OpenAI-compatible servers share. Left out of them are stored prompts, containers, MCP servers, web search,
 * cached content, other models to fall back to and threads that the provider keeps.
 */
public final class KnownMembers {
    private static final Set<String> CHAT = Set.of(
            "audio",
            "frequency_penalty",
            "function_call",
            "functions",
            "logit_bias",
            "logprobs",
            "max_completion_tokens",
            "max_tokens",
            "messages",
            "metadata",
            "min_p",
            "modalities",
            "model",
            "moderation",
            "n",
            "parallel_tool_calls",
            "prediction",
            "presence_penalty",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning",
            "reasoning_effort",
            "repetition_penalty",
            "response_format",
            "safety_identifier",
            "seed",
            "service_tier",
            "stop",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "tool_choice",
            "tools",
            "top_k",
            "top_logprobs",
            "top_p",
            "user",
            "verbosity");

    private static final Set<String> RESPONSES = Set.of(
            "background",
            "context_management",
            "conversation",
            "include",
            "input",
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "metadata",
            "model",
            "moderation",
            "parallel_tool_calls",
            "previous_response_id",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning",
            "safety_identifier",
            "service_tier",
            "store",
            "stream",
            "stream_options",
            "temperature",
            "text",
            "tool_choice",
            "tools",
            "top_logprobs",
            "top_p",
            "truncation",
            "user");

    private static final Set<String> EMBEDDINGS = Set.of("dimensions", "encoding_format", "input", "model", "user");

    private static final Set<String> MESSAGES = Set.of(
            "cache_control",
            "compaction",
            "context_management",
            "diagnostics",
            "inference_geo",
            "max_tokens",
            "messages",
            "metadata",
            "model",
            "output_config",
            "output_format",
            "service_tier",
            "speed",
            "stop_sequences",
            "stream",
            "system",
            "temperature",
            "thinking",
            "tool_choice",
            "tools",
            "top_k",
            "top_p",
            "user_profile_id");

    /** Google takes both forms of every name. */
    private static final Set<String> GENERATE_CONTENT = Set.of(
            "contents",
            "generationConfig",
            "labels",
            "model",
            "safetySettings",
            "safety_settings",
            "serviceTier",
            "service_tier",
            "store",
            "systemInstruction",
            "system_instruction",
            "toolConfig",
            "tool_config",
            "tools");

    private static final Set<String> TOOLS = Set.of("functions", "tools");

    /** What policies call some of the others. */
    private static final Map<String, String> HOSTED = Map.of(
            "web_search_options", "web_search",
            "mcp_servers", "mcp",
            "cached_content", "cachedContent");

    private KnownMembers() {}

    /** Whether a request offers no tool, not even an empty list of them, and lets nothing run but the model. */
    public static boolean areWithoutTools(ModelRequest request) {
        JsonDocument body = request.body();
        int root = JsonDocument.ROOT;
        for (int value = body.first(root); value != JsonDocument.NONE; value = body.next(root, value)) {
            String name = body.name(value);
            if (TOOLS.contains(name) || !isPlain(request.api(), name)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a member of this name lets nothing run but the model. */
    static boolean isPlain(ModelApi api, String name) {
        Set<String> plain = switch (api) {
            case CHAT_COMPLETIONS -> CHAT;
            case RESPONSES -> RESPONSES;
            case EMBEDDINGS -> EMBEDDINGS;
            case MESSAGES, COUNT_TOKENS -> MESSAGES;
            case GENERATE_CONTENT -> GENERATE_CONTENT;
            case CONVERSE -> Set.<String>of();
        };
        return plain.contains(name);
    }

    /** What a policy calls what any other member may turn on. */
    static String hosted(String name) {
        return HOSTED.getOrDefault(name, name);
    }
}
