package dev.mcpgateway.connectors.model;

/** Whose shapes requests, answers, events and errors have. */
public enum ModelProtocol {
    /** OpenAI's. */
    OPENAI,
    /** Anthropic's. */
    ANTHROPIC,
    /** Google's, of Gemini. */
    GEMINI,
    /** AWS's, of Bedrock's Converse. No agent speaks it here. */
    CONVERSE
}
