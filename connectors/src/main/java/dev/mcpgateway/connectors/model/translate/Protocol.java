package dev.mcpgateway.connectors.model.translate;

/** A wire format of model calls. */
public enum Protocol {
    /** OpenAI chat completions. */
    CHAT,
    /** OpenAI Responses. Only as what agents speak. */
    RESPONSES,
    /** Anthropic messages. */
    MESSAGES,
    /** Gemini {@code generateContent}. Only as what providers speak. */
    GEMINI
}
