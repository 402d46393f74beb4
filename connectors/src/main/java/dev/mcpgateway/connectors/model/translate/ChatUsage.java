package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;

/** Token counts as chat completions have them. */
final class ChatUsage {
    private ChatUsage() {}

    static void write(JsonOut out, ModelUsage usage) {
        out.open("usage")
                .number("prompt_tokens", usage.input())
                .number("completion_tokens", usage.output())
                .number("total_tokens", usage.input() + usage.output())
                .open("prompt_tokens_details")
                .number("cached_tokens", usage.cacheRead())
                .number("cache_write_tokens", usage.cacheWrite())
                .close()
                .open("completion_tokens_details")
                .number("reasoning_tokens", usage.reasoning())
                .close()
                .close();
    }
}
