package dev.mcpgateway.connectors.model.translate;

/**
 * Something that the other protocol cannot say, and what became of it.
 *
 * @param pointer where it stands (RFC 6901), in printable ASCII of bounded length
 * @param why what became of it, in words of the gateway's own
 */
public record Told(String pointer, String why) {}
