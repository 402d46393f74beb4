package dev.mcpgateway.connectors.credential;

import java.util.Map;

/**
 * What an authorization server is asked to issue a token for. Empty members are not sent.
 *
 * @param resource URI of the upstream (RFC 8707)
 * @param audience the upstream's name at the server (RFC 8693)
 * @param scope scopes, separated by blanks
 */
public record TokenTarget(String resource, String audience, String scope) {
    /** Whatever the server gives of its own accord. */
    public static final TokenTarget NONE = new TokenTarget("", "", "");

    void addTo(Map<String, String> form) {
        add(form, "resource", resource);
        add(form, "audience", audience);
        add(form, "scope", scope);
    }

    private static void add(Map<String, String> form, String name, String value) {
        if (!value.isEmpty()) {
            form.put(name, value);
        }
    }
}
