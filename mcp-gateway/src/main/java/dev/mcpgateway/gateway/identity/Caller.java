package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose credential was verified for this request. Only an {@link Authenticator} makes one, so a path that takes
 * a caller cannot be reached without one. Identity is issuer, subject and client; never an e-mail address, a header or
 * what an agent says about itself.
 */
public final class Caller {
    private final Subject subject;
    private final String issuer;
    private final @Nullable String tokenId;
    private final Instant expiresAt;
    private final @Nullable String credentialKeyId;
    private final String key;

    Caller(Subject subject, String issuer, @Nullable String tokenId, Instant expiresAt) {
        this(subject, issuer, tokenId, expiresAt, null);
    }

    private Caller(
            Subject subject,
            String issuer,
            @Nullable String tokenId,
            Instant expiresAt,
            @Nullable String credentialKeyId) {
        this.subject = subject;
        this.issuer = issuer;
        this.tokenId = tokenId;
        this.expiresAt = expiresAt;
        this.credentialKeyId = credentialKeyId;
        this.key = subject.issuer()
                + '\n'
                + subject.subject()
                + '\n'
                + (subject.clientId() == null ? "" : subject.clientId());
    }

    /** Who it is, as policy sees it. */
    public Subject subject() {
        return subject;
    }

    /** The issuer's identifier, as in the token's {@code iss}. */
    public String issuer() {
        return issuer;
    }

    /** The token's {@code jti}, or what stands for it; {@code null} if it has none. */
    public @Nullable String tokenId() {
        return tokenId;
    }

    /** When the credential ends. */
    public Instant expiresAt() {
        return expiresAt;
    }

    /** The same caller, proved by a credential that this key of the issuer vouches for. */
    Caller provedBy(@Nullable String keyId) {
        return new Caller(subject, issuer, tokenId, expiresAt, keyId);
    }

    /** The same caller, whose credential goes by this name. */
    Caller presenting(String credentialName) {
        return new Caller(subject, issuer, credentialName, expiresAt, credentialKeyId);
    }

    /** The key that vouches for the credential: the {@code kid} of a token's key, the id of a virtual key. */
    public @Nullable String credentialKeyId() {
        return credentialKeyId;
    }

    /** Equal for equal issuer, subject and client, and for nothing else: keys sessions, limits and caches. */
    public String key() {
        return key;
    }
}
