package dev.mcpgateway.gateway.identity;

/** Why a token was not accepted: for log and audit, never for the one who sent it. Holds no part of the token. */
final class BadToken extends Exception {
    private static final long serialVersionUID = 1L;

    private final TokenStep step;

    BadToken(TokenStep step, String message) {
        super(step.word() + ": " + message, null, false, false);
        this.step = step;
    }

    /** The step that refused it. */
    TokenStep step() {
        return step;
    }
}
