package dev.mcpgateway.audit;

import java.util.Base64;
import java.util.Optional;

/** Base64 (RFC 4648 §4) that knows one spelling per value, so that nobody can alter a signature line unnoticed. */
final class Base64Text {
    private Base64Text() {}

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Empty for anything that does not encode back to the same text, such as set padding bits or lacking padding. */
    static Optional<byte[]> decode(String text) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            return encode(bytes).equals(text) ? Optional.of(bytes) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
