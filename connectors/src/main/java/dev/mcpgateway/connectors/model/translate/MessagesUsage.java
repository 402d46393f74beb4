package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelUsage;

/** Token counts as messages have them. */
final class MessagesUsage {
    private MessagesUsage() {}

    static void write(JsonOut out, ModelUsage usage) {
        out.open("usage")
                .number("input_tokens", usage.inputPlain())
                .number("cache_creation_input_tokens", usage.cacheWrite())
                .number("cache_read_input_tokens", usage.cacheRead())
                .number("output_tokens", usage.output());
        if (usage.cacheWriteHour() > 0) {
            out.open("cache_creation")
                    .number("ephemeral_5m_input_tokens", usage.cacheWrite() - usage.cacheWriteHour())
                    .number("ephemeral_1h_input_tokens", usage.cacheWriteHour())
                    .close();
        }
        if (usage.reasoning() > 0) {
            out.open("output_tokens_details")
                    .number("thinking_tokens", usage.reasoning())
                    .close();
        }
        out.close();
    }
}
