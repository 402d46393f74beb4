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
 */
public record Subject(
        String issuer,
        String subject,
        @Nullable String clientId,
        Set<String> groups,
        Set<String> scopes,
        Map<String, JsonNode> claims) {

    /** Copies the collections. */
    public Subject {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
        claims = Map.copyOf(claims);
    }

    /** A caller without client id, groups, scopes and claims. */
    public static Subject of(String issuer, String subject) {
        return new Subject(issuer, subject, null, Set.of(), Set.of(), Map.of());
    }
}
