package dev.mcpgateway.policy;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who calls, as plain values that a verifier took from a credential. This type proves nothing by itself.
 *
 * @param issuer alias of the issuer in the gateway's configuration, not its URL
 * @param subject the issuer's name of the user, such as {@code sub}
 * @param clientId the agent's client id; {@code null} when the credential names none
 * @param groups groups of the user
 * @param scopes scopes of the credential
 * @param claims further claims that rules may compare, by name
 * @param tenant whose user it is, as the issuer or the operator says; empty for nobody's
 */
public record Subject(
        String issuer,
        String subject,
        @Nullable String clientId,
        Set<String> groups,
        Set<String> scopes,
        Map<String, JsonNode> claims,
        String tenant) {

    /** Copies the collections. */
    public Subject {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
        claims = Map.copyOf(claims);
    }

    /** A caller of no tenant. */
    public Subject(
            String issuer,
            String subject,
            @Nullable String clientId,
            Set<String> groups,
            Set<String> scopes,
            Map<String, JsonNode> claims) {
        this(issuer, subject, clientId, groups, scopes, claims, "");
    }

    /** A caller without client id, groups, scopes, claims and tenant. */
    public static Subject of(String issuer, String subject) {
        return new Subject(issuer, subject, null, Set.of(), Set.of(), Map.of());
    }
}
