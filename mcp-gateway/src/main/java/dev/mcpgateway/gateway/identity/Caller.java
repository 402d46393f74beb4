package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.credential.Principal;
import dev.mcpgateway.connectors.credential.SubjectToken;
import dev.mcpgateway.connectors.credential.Workload;
import dev.mcpgateway.policy.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Somebody whose credential was verified for this request. Only an {@link Authenticator} makes one, so a path that takes
 * a caller cannot be reached without one. Identity is issuer, subject and client; never an e-mail address, a header or
 * what an agent says about itself.
 */
public final class Caller {
    /** Longest chain of earlier actors that is told to upstreams. */
    private static final int ACTORS_MAX = 4;

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

    /** Whose user it is, for limits, restrictions, what is kept and the audit log; empty for nobody's. */
    public String tenant() {
        return subject.tenant();
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

    /**
     * As upstreams may hear of it.
     *
     * @param token its own token, where that is exchanged for another; this class holds none
     */
    public Principal principal(Optional<SubjectToken> token) {
        return new Principal(
                issuer,
                subject.subject(),
                subject.clientId(),
                actors(subject.claims().get("act")),
                token);
    }

    /** For whom a model is asked, as far as its provider may be told. */
    public Workload workload() {
        String client = subject.clientId();
        return new Workload(subject.issuer(), subject.tenant(), client == null ? "" : client, subject.subject());
    }

    /** Who acted before (RFC 8693 section 4.1), the latest first; what is no plain name ends the list. */
    private static List<String> actors(@Nullable JsonNode act) {
        List<String> actors = new ArrayList<>();
        JsonNode each = act;
        while (each != null && each.isObject() && actors.size() < ACTORS_MAX) {
            JsonNode name = each.get("sub");
            if (name == null || !name.isString() || !isName(name.stringValue())) {
                break;
            }
            actors.add(name.stringValue());
            each = each.get("act");
        }
        return actors;
    }

    private static boolean isName(String text) {
        return !text.isEmpty() && text.length() <= 256 && text.chars().noneMatch(Character::isISOControl);
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
