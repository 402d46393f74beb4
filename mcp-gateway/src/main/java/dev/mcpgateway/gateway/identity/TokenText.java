package dev.mcpgateway.gateway.identity;

import com.nimbusds.jose.util.Base64URL;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A compact JWS taken apart, nothing believed yet. Parts are canonical base64url: unused last bits are zero and nothing
 * stands between the characters, so one token has one spelling.
 */
record TokenText(String compact, JsonDocument header, JsonDocument payload) {
    /** Longest token; longer ones are refused before any work. */
    static final int BYTES_MAX = 16 * 1024;

    private static final JsonLimits HEADER = JsonLimits.forRequests(4096, 8);
    private static final JsonLimits PAYLOAD = JsonLimits.forRequests(BYTES_MAX, 16);

    /**
     * Takes a token apart.
     *
     * @param step what a refusal names: the token's form, or the proof that it is
     * @throws BadToken if it is not three canonical base64url parts with strict JSON objects in the first two
     */
    static TokenText of(String compact, TokenStep step) throws BadToken {
        int first = compact.indexOf('.');
        int second = compact.indexOf('.', first + 1);
        if (compact.length() > BYTES_MAX) {
            throw new BadToken(step, "token longer than " + BYTES_MAX + " bytes");
        }
        if (first <= 0
                || second <= first + 1
                || second == compact.length() - 1
                || compact.indexOf('.', second + 1) >= 0) {
            throw new BadToken(step, "token does not have three parts");
        }
        decode(compact.substring(second + 1), "signature", step);
        return new TokenText(
                compact,
                parse(decode(compact.substring(0, first), "header", step), HEADER, "header", step),
                parse(decode(compact.substring(first + 1, second), "payload", step), PAYLOAD, "payload", step));
    }

    private static byte[] decode(String part, String what, TokenStep step) throws BadToken {
        try {
            byte[] decoded = Base64.getUrlDecoder().decode(part);
            String canonical = Base64.getUrlEncoder().withoutPadding().encodeToString(decoded);
            if (canonical.equals(part)) {
                return decoded;
            }
        } catch (IllegalArgumentException notBase64) {
            throw new BadToken(step, what + " is not base64url");
        }
        throw new BadToken(step, what + " is not canonical base64url");
    }

    private static JsonDocument parse(byte[] json, JsonLimits limits, String what, TokenStep step) throws BadToken {
        try {
            JsonDocument document = StrictJson.parse(json, limits);
            if (document.is(JsonDocument.ROOT, JsonDocument.Kind.OBJECT)) {
                return document;
            }
        } catch (JsonRefused refused) {
            throw new BadToken(step, what + " is not strict JSON: " + refused.reason());
        }
        throw new BadToken(step, what + " is not an object");
    }

    /** The signature, canonical. */
    Base64URL signature() {
        return new Base64URL(compact.substring(compact.lastIndexOf('.') + 1));
    }

    /** The bytes under the signature. */
    byte[] signingInput() {
        return compact.substring(0, compact.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }
}
