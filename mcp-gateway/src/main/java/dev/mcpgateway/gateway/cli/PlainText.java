package dev.mcpgateway.gateway.cli;

import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;

/** Texts on their way into requests and onto terminals. */
final class PlainText {
    private PlainText() {}

    static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /** A name that somebody else chose must not move the operator's cursor. */
    static String printable(String text) {
        return text.replaceAll("\\p{C}", "?");
    }
}
