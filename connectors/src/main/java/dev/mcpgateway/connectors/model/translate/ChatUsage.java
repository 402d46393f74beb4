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
            return new Usage(atLeast(total, read + written), read, written, 0, atLeast(answered, reasoning), reasoning);
        } catch (IllegalArgumentException contradiction) {
            throw usage.unfit("more tokens than there can be");
        }
    }

    /** Some servers count a part beside the whole instead of in it: then the whole is their sum, the dearer reading. */
    static long atLeast(long whole, long part) {
        return part > whole ? whole + part : whole;
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
