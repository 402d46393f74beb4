package dev.mcpgateway.samples.issuer;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a token shall say. The grant type, the scopes and the audience come from standard parameters of OAuth; the rest
 * exists only in this sample.
 *
 * @param subject {@code sub}
 * @param agent the {@code client_id} inside the token
 * @param audience {@code aud}: the one server that the token is for
 * @param scopes in the order of the request
 * @param groups in the order of the request
 * @param tenant empty = no such claim
 * @param team empty = no such claim
 * @param lifetimeSeconds 1 to {@link #LIFETIME_SECONDS_MAX}
 */
record TokenRequest(
        String subject,
        String agent,
        String audience,
        List<String> scopes,
        List<String> groups,
        Optional<String> tenant,
        Optional<String> team,
        int lifetimeSeconds) {
    /** Longest life of a token. */
    static final int LIFETIME_SECONDS_MAX = 3_600;

    private static final int LIFETIME_SECONDS = 900;
    private static final Set<String> PARAMETERS =
            Set.of("grant_type", "sub", "agent", "resource", "scope", "groups", "tenant", "team", "lifetime_s");
    private static final Pattern SCOPE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]+");

    TokenRequest {
        scopes = List.copyOf(scopes);
        groups = List.copyOf(groups);
    }

    /**
     * Reads a form.
     *
     * @throws OAuthError when a parameter is unknown, missing or malformed
     */
    static TokenRequest read(Map<String, String> form) {
        for (String name : form.keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw OAuthError.invalidRequest("'" + name + "' is not a parameter of this endpoint");
            }
        }
        if (!form.getOrDefault("grant_type", "").equals("client_credentials")) {
            throw OAuthError.unsupportedGrantType();
        }
        return new TokenRequest(
                required(form, "sub"),
                form.getOrDefault("agent", "sample-agent"),
                audience(form),
                scopes(form),
                parts(form.getOrDefault("groups", ""), ","),
                Optional.ofNullable(form.get("tenant")),
                Optional.ofNullable(form.get("team")),
                lifetimeSeconds(form));
    }

    private static String required(Map<String, String> form, String name) {
        String value = form.getOrDefault(name, "");
        if (value.isBlank()) {
            throw OAuthError.invalidRequest("'" + name + "' is missing");
        }
        return value;
    }

    private static String audience(Map<String, String> form) {
        String resource = required(form, "resource");
        try {
            URI uri = new URI(resource);
            if (uri.isAbsolute() && uri.getFragment() == null) {
                return resource;
            }
        } catch (URISyntaxException e) {
            // refused below
        }
        throw OAuthError.invalidTarget();
    }

    private static List<String> scopes(Map<String, String> form) {
        List<String> scopes = parts(form.getOrDefault("scope", ""), " ");
        if (!scopes.stream().allMatch(scope -> SCOPE.matcher(scope).matches())) {
            throw OAuthError.invalidScope();
        }
        return scopes;
    }

    private static int lifetimeSeconds(Map<String, String> form) {
        try {
            int seconds = Integer.parseInt(form.getOrDefault("lifetime_s", Integer.toString(LIFETIME_SECONDS)));
            if (seconds >= 1 && seconds <= LIFETIME_SECONDS_MAX) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw OAuthError.invalidRequest("'lifetime_s' must be a whole number from 1 to " + LIFETIME_SECONDS_MAX);
    }

    private static List<String> parts(String text, String separator) {
        return Pattern.compile(separator, Pattern.LITERAL)
                .splitAsStream(text)
                .filter(part -> !part.isBlank())
                .toList();
    }
}
