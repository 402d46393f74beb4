package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.wire.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;

/** The claims of a token: a JSON object as it grows. */
final class Claims {
    private static final int ID_BYTES = 16;

    private final StringBuilder json = new StringBuilder(512);

    void text(String name, String value) {
        raw(name, quoted(value));
    }

    void number(String name, long value) {
        raw(name, Long.toString(value));
    }

    void raw(String name, String value) {
        json.append(json.isEmpty() ? "{\"" : ",\"").append(name).append("\":").append(value);
    }

    /** A {@code jti} that nobody can guess, if {@code random} is cryptographically strong. */
    void id(RandomGenerator random) {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        text("jti", Base64.getUrlEncoder().withoutPadding().encodeToString(id));
    }

    String json() {
        return json + "}";
    }

    static String quoted(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
