package dev.mcpgateway.gateway.identity;

/** Why a token was not accepted: for log and audit, never for the one who sent it. Holds no part of the token. */
final class BadToken extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean wrongAudience;

    BadToken(String message) {
        this(message, false);
    }

    BadToken(String message, boolean wrongAudience) {
        super(message, null, false, false);
        this.wrongAudience = wrongAudience;
    }

    /** Whether the token is meant for somebody else. */
    boolean wrongAudience() {
        return wrongAudience;
    }
}
