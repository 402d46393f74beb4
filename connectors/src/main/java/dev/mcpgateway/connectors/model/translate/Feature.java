package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.ModelApi;

/** Something that not every target of one protocol can do. */
public enum Feature {
    /** Chat: has Responses, too, so that these need no translation. */
    RESPONSES(ModelApi.CHAT_COMPLETIONS),
    /** Chat: knows {@code max_completion_tokens}; others get {@code max_tokens}. */
    MAX_COMPLETION_TOKENS(ModelApi.CHAT_COMPLETIONS),
    /** Chat: knows {@code reasoning_effort}. */
    REASONING_EFFORT(ModelApi.CHAT_COMPLETIONS),
    /** Chat: takes the reasoning effort {@code none}. */
    REASONING_OFF(ModelApi.CHAT_COMPLETIONS),
    /** Chat: answers in any JSON object when asked to. */
    JSON_OBJECT(ModelApi.CHAT_COMPLETIONS),
    /** Chat: sends usage at the end of a stream when asked to. */
    STREAM_USAGE(ModelApi.CHAT_COMPLETIONS),
    /** Messages: thinks as much as it finds right ({@code thinking: adaptive}). */
    ADAPTIVE_THINKING(ModelApi.MESSAGES),
    /** Messages: takes system messages in the middle of a conversation. */
    LATE_SYSTEM(ModelApi.MESSAGES),
    /** Gemini: knows thinking levels; others get a budget of tokens. */
    THINKING_LEVEL(ModelApi.GENERATE_CONTENT),
    /** Gemini: fetches media by URL itself. */
    MEDIA_URL(ModelApi.GENERATE_CONTENT),
    /** Converse: takes marks of its prompt cache in instructions and messages. */
    CACHE_POINTS(ModelApi.CONVERSE),
    /** Converse: takes them behind tools, too. */
    TOOL_CACHE_POINTS(ModelApi.CONVERSE),
    /** Converse: takes media in the results of tools, and that a tool failed. */
    RICH_RESULTS(ModelApi.CONVERSE),
    /** Converse: keeps to schemas, in its answer and in calls of strict tools. */
    STRUCTURED_OUTPUT(ModelApi.CONVERSE),
    /** Messages, Converse: takes an effort ({@code output_config.effort}, {@code outputConfig.effort}). */
    OUTPUT_EFFORT(ModelApi.MESSAGES, ModelApi.CONVERSE);

    private final ModelApi upstream;
    private final ModelApi other;

    Feature(ModelApi upstream) {
        this(upstream, upstream);
    }

    Feature(ModelApi upstream, ModelApi other) {
        this.upstream = upstream;
        this.other = other;
    }

    /** Whether targets that speak this may have it. */
    public boolean isOf(ModelApi api) {
        return api == upstream || api == other;
    }
}
