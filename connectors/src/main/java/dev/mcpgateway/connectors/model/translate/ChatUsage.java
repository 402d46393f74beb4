package dev.mcpgateway.connectors.model.translate;

/** Token counts of chat completions. */
final class ChatUsage {
    private ChatUsage() {}

    static Usage read(Node usage) {
        Node input = usage.get("prompt_tokens_details");
        Node output = usage.get("completion_tokens_details");
        long total = usage.countOf("prompt_tokens");
        long written = input == null ? 0 : input.countOf("cache_write_tokens");
        long read = input == null ? 0 : input.countOf("cached_tokens");
        long answered = usage.countOf("completion_tokens");
        long reasoning = output == null ? 0 : output.countOf("reasoning_tokens");
        try {
            return new Usage(total, read, written, 0, answered, reasoning);
        } catch (IllegalArgumentException contradiction) {
            throw usage.unfit("token counts that contradict each other");
        }
    }

    static void write(JsonOut out, Usage usage) {
        out.open("usage")
                .number("prompt_tokens", usage.inputTotal())
                .number("completion_tokens", usage.outputTotal())
                .number("total_tokens", usage.inputTotal() + usage.outputTotal())
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
