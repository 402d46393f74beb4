package dev.mcpgateway.connectors.model.translate;

/** Token counts of Anthropic messages, where a later event replaces the counts that it repeats. */
final class MessagesUsage {
    private long plain;
    private long read;
    private long write;
    private long writeHour;
    private long output;
    private long reasoning;

    void merge(Node usage) {
        plain = later(usage, "input_tokens", plain);
        read = later(usage, "cache_read_input_tokens", read);
        write = later(usage, "cache_creation_input_tokens", write);
        output = later(usage, "output_tokens", output);
        Node writes = usage.get("cache_creation");
        if (writes != null) {
            writeHour = later(writes, "ephemeral_1h_input_tokens", writeHour);
            write = Math.max(write, writeHour + writes.countOf("ephemeral_5m_input_tokens"));
        }
        Node details = usage.get("output_tokens_details");
        if (details != null) {
            reasoning = later(details, "thinking_tokens", reasoning);
        }
    }

    private static long later(Node usage, String name, long earlier) {
        return usage.get(name) == null ? earlier : usage.countOf(name);
    }

    /** The counts so far. */
    Usage normal(Node where) {
        try {
            return new Usage(
                    plain + read + write,
                    read,
                    write - Math.min(write, writeHour),
                    Math.min(write, writeHour),
                    ChatUsage.atLeast(output, reasoning),
                    reasoning);
        } catch (IllegalArgumentException contradiction) {
            throw where.unfit("more tokens than there can be");
        }
    }

    static void write(JsonOut out, Usage usage) {
        out.open("usage")
                .number("input_tokens", usage.inputPlain())
                .number("cache_creation_input_tokens", usage.cacheWrite())
                .number("cache_read_input_tokens", usage.cacheRead())
                .number("output_tokens", usage.outputTotal());
        if (usage.cacheWrite1h() > 0) {
            out.open("cache_creation")
                    .number("ephemeral_5m_input_tokens", usage.cacheWrite5m())
                    .number("ephemeral_1h_input_tokens", usage.cacheWrite1h())
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
