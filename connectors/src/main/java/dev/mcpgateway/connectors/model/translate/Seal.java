package dev.mcpgateway.connectors.model.translate;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Opaque reasoning state that must come back to its owner unchanged, and to nobody else.
 *
 * <p>Where the agent's protocol has a field for such state of its own provider (a thinking signature, encrypted content),
 * it travels there as a token: {@code gw1.<owner>.<kind>.<sealed text>.<state>}, which {@link StateKey} seals and opens.
 *
 * @param owner who gave it
 * @param text the thinking that it signs; empty for all kinds but {@link Kind#THINKING}
 * @param state what its owner wrote
 */
record Seal(String owner, Kind kind, String text, String state) {
    static final String PREFIX = "gw1.";

    private static final Pattern SEALED = Pattern.compile("[A-Za-z0-9_-]*+");

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

    /** Stands for a token that the gateway has not sealed: of nobody, so that nobody gets it. */
    static final Seal FORGED = new Seal("nobody", Kind.NOTHING, "", "");

    /**
     * A token as it is written; nothing of it is proved.
     *
     * @param sealed the text, sealed, in URL-safe Base64
     */
    record Token(String owner, Kind kind, String sealed, String state) {}

    static String token(String owner, Kind kind, String sealed, String state) {
        return PREFIX + owner + "." + kind.letter + "." + sealed + "." + state;
    }

    /** The parts of a token; empty if it is none of the gateway's, or nothing that it would have written. */
    static Optional<Token> parts(String token) {
        String[] parts = token.split("\\.", 5);
        if (!token.startsWith(PREFIX)
                || parts.length != 5
                || !Target.isOwner(parts[1])
                || !SEALED.matcher(parts[3]).matches()) {
            return Optional.empty();
        }
        for (Kind kind : Kind.values()) {
            if (kind.letter.equals(parts[2])) {
                return Optional.of(new Token(parts[1], kind, parts[3], parts[4]));
            }
        }
        return Optional.empty();
    }
}
