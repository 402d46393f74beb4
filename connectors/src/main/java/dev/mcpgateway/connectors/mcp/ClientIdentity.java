package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;

/**
 * Who we say we are: {@code clientInfo}. For display at the upstream; no one may decide anything by it.
 *
 * @param name the program's name
 * @param version its version
 */
public record ClientIdentity(String name, String version) {

    /** As a JSON object. */
    byte[] json() {
        return ("{\"name\":" + quoted(name) + ",\"version\":" + quoted(version) + "}").getBytes(StandardCharsets.UTF_8);
    }

    private static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
