package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A tool, prompt, resource or template as its upstream defines it, untouched.
 *
 * @param name the upstream's own name of a tool or prompt, the URI of a resource, the URI template of a template
 * @param document the page of the list on which the definition stands
 * @param node the definition, an object of that document
 */
public record Definition(String name, JsonDocument document, int node) {

    /** Node of a tool's {@code inputSchema}; {@link JsonDocument#NONE} when there is none. */
    public int inputSchema() {
        return document.member(node, McpNames.INPUT_SCHEMA);
    }

    /** A copy of the definition's bytes as received. */
    public byte[] rawBytes() {
        return document.rawBytes(node);
    }

    /**
     * SHA-256 over the definition's bytes as received, in lower-case hexadecimal. Any change of the definition changes
     * it; so does a change of member order or white space alone, which upstreams hardly ever make.
     */
    public String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(document.bytes(), document.start(node), document.length(node));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
