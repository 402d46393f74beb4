package dev.mcpgateway.connectors.credential;

import java.time.Instant;

/**
 * The token that a caller came with, for an exchange at an authorization server (RFC 8693) and for nothing else: the text
 * can be read within this package only, where {@link TokenExchange} does it, and it never prints.
 */
public final class SubjectToken {
    private final String token;
    private final String tokenId;
    private final Instant expiresAt;

    private SubjectToken(String token, String tokenId, Instant expiresAt) {
        this.token = token;
        this.tokenId = tokenId;
        this.expiresAt = expiresAt;
    }

    /**
     * Wraps a verified token.
     *
     * @param token the token as it came
     * @param tokenId its {@code jti}
     * @param expiresAt when it ends
     */
    public static SubjectToken of(String token, String tokenId, Instant expiresAt) {
        return new SubjectToken(token, tokenId, expiresAt);
    }

    String expose() {
        return token;
    }

    String tokenId() {
        return tokenId;
    }

    Instant expiresAt() {
        return expiresAt;
    }

    @Override
    public String toString() {
        return "***";
    }
}
