package dev.mcpgateway.connectors.model.translate;

/**
 * An error as the agent's protocol has it.
 *
 * @param status of the HTTP answer
 * @param body of the HTTP answer
 */
@SuppressWarnings("ArrayRecordComponent") // sent once, never compared
public record TranslatedError(int status, byte[] body) {}
