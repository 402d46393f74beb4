package dev.mcpgateway.connectors.model;

import dev.mcpgateway.connectors.credential.Credential;
import dev.mcpgateway.connectors.net.HttpHeader;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Takes credentials out of what a provider says: some repeat the key that they refuse. */
final class KeyScrub {
    private static final String MASK = "***";

    /** Keys as providers write them, whole or with stars in their middle. */
    private static final Pattern KEY = Pattern.compile(
            "\\b(?:(?:sk|pk|rk|gsk|xai)-[A-Za-z0-9_*-]{6,}|AIza[A-Za-z0-9_*-]{6,}|A[KS]IA[A-Z0-9]{12,})");

    private KeyScrub() {}

    /** The text without the credential that was sent and without anything that looks like one. */
    static byte[] scrub(byte[] text, Credential credential) {
        // one character for each byte, so that every other byte stays
        String scrubbed = new String(text, StandardCharsets.ISO_8859_1);
        for (HttpHeader header : credential.headers()) {
            String value = header.value();
            scrubbed = scrubbed.replace(value, MASK);
            scrubbed = scrubbed.replace(value.substring(value.indexOf(' ') + 1), MASK);
        }
        return KEY.matcher(scrubbed).replaceAll(MASK).getBytes(StandardCharsets.ISO_8859_1);
    }
}
