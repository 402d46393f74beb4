package dev.mcpgateway.connectors.model.translate;

/** Something that not every target of one protocol can do. */
public enum Feature {
    /** Chat: knows {@code max_completion_tokens}; others get {@code max_tokens}. */
    MAX_COMPLETION_TOKENS,
    /** Chat: knows {@code reasoning_effort}. */
    REASONING_EFFORT,
    /** Chat: takes the reasoning effort {@code none}. */
    REASONING_OFF,
    /** Chat: answers in any JSON object when asked to. */
    JSON_OBJECT,
    /** Chat: sends usage at the end of a stream when asked to. */
    STREAM_USAGE,
    /** Messages: thinks as much as it finds right ({@code thinking: adaptive}). */
    ADAPTIVE_THINKING,
    /** Messages: takes system messages in the middle of a conversation. */
    LATE_SYSTEM,
    /** Gemini: knows thinking levels; others get a budget of tokens. */
    THINKING_LEVEL,
    /** Gemini: fetches media by URL itself. */
    MEDIA_URL
}
