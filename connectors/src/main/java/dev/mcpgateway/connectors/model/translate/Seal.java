package dev.mcpgateway.connectors.model.translate;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Opaque reasoning state that must come back to its owner unchanged, and to nobody else.
 *
 * <p>Where the agent's protocol has a field for such state of its own provider (a thinking signature, encrypted content),
 * it travels there as a token: {@code gw1.<owner>.<kind>.<text>.<state>}, the text in URL-safe Base64.
 *
 * @param owner who gave it
 * @param text the thinking that it signs; empty for all kinds but {@link Kind#THINKING}
 * @param state what its owner wrote
 */
record Seal(String owner, Kind kind, String text, String state) {
    static final String PREFIX = "gw1.";

    /** What it belongs to. */
    enum Kind {
        /** A thinking block of the messages protocol, signed. */
        THINKING("t"),
        /** A thinking block of the messages protocol, encrypted. */
        REDACTED("r"),
        /** The function call that follows, in Gemini. */
        CALL("c"),
        /** A text part of Gemini. */
        PART("p"),
        /** Thinking that its provider does not want back. */
        NOTHING("n");

        private final String letter;

        Kind(String letter) {
            this.letter = letter;
        }
    }

    String toToken() {
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return PREFIX + owner + "." + kind.letter + "." + encoded + "." + state;
    }

    /** Reads a token; empty if it is none of the gateway's. */
    static Optional<Seal> ofToken(String token) {
        String[] parts = token.split("\\.", 5);
        if (!token.startsWith(PREFIX) || parts.length != 5 || !Target.isOwner(parts[1])) {
            return Optional.empty();
        }
        for (Kind kind : Kind.values()) {
            if (kind.letter.equals(parts[2])) {
                return decode(parts[3]).map(text -> new Seal(parts[1], kind, text, parts[4]));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> decode(String encoded) {
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
