package dev.mcpgateway.audit;

import java.util.List;

/**
 * The verified caller (JSON: {@code actor}, and {@code tenant} at the top). Empty strings are left out of the record.
 *
 * <p>Subject and token id are given in clear and written only as keyed pseudonyms: {@code sub_p} is HMAC-SHA-256 of
 * the subject key over issuer, 0x00 and subject; {@code jti_h} is made likewise with a derived key.
 *
 * @param issuer {@code iss}: who vouches for the subject
 * @param subject becomes {@code sub_p}, never written in clear
 * @param clientId {@code client_id}: the OAuth client
 * @param scopes {@code scopes}: at most 64 are written, {@code scopes_more} counts the rest
 * @param tokenId the token's {@code jti}; becomes {@code jti_h}, never written in clear
 * @param tenant {@code tenant}: the customer's tenant
 * @param keyId {@code key}: name of the key that stands for a token, never the key; empty for tokens
 */
public record Actor(
        String issuer,
        String subject,
        String clientId,
        List<String> scopes,
        String tokenId,
        String tenant,
        String keyId) {
    /** Nobody known: the request was refused before its caller was verified. */
    public static final Actor NONE = new Actor("", "", "", List.of(), "", "");

    /** Somebody with a token. */
    public Actor(String issuer, String subject, String clientId, List<String> scopes, String tokenId, String tenant) {
        this(issuer, subject, clientId, scopes, tokenId, tenant, "");
    }

    /** Copies the scopes. */
    public Actor {
        scopes = List.copyOf(scopes);
    }

    /** Whether nobody is known; a tenant may be, whom something is about. */
    boolean isNobody() {
        return issuer.isEmpty()
                && subject.isEmpty()
                && clientId.isEmpty()
                && scopes.isEmpty()
                && tokenId.isEmpty()
                && keyId.isEmpty();
    }

    /** Names the issuer and the client only, so that a subject cannot reach a log line by accident. */
    @Override
    public String toString() {
        return "Actor[issuer=" + issuer + ", clientId=" + clientId + "]";
    }
}
