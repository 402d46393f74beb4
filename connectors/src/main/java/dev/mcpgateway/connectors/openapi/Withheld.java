package dev.mcpgateway.connectors.openapi;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Header fields and cookies that agents never set, whatever a description says: they carry credentials, identities, the
 * route, or the framing of messages.
 */
final class Withheld {
    private static final Set<String> HEADERS = Set.of(
            "accept",
            "authorization",
            "baggage",
            "connection",
            "cookie",
            "cookie2",
            "date",
            "expect",
            "forwarded",
            "from",
            "host",
            "http2-settings",
            "keep-alive",
            "last-event-id",
            "max-forwards",
            "origin",
            "referer",
            "set-cookie",
            "te",
            "trace",
            "traceparent",
            "tracestate",
            "trailer",
            "transfer-encoding",
            "true-client-ip",
            "upgrade",
            "user-agent",
            "via",
            "x-csrf-token",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-xsrf-token");

    private static final List<String> HEADER_PREFIXES = List.of(
            "accept-",
            "access-control-",
            "cf-",
            "content-",
            "fastly-",
            "mcp-",
            "proxy-",
            "remote-",
            "sec-",
            "x-amz-",
            "x-auth",
            "x-client-",
            "x-envoy-",
            "x-forwarded",
            "x-goog-",
            "x-host",
            "x-ms-client-principal",
            "x-original-",
            "x-proxy",
            "x-real-",
            "x-remote-",
            "x-rewrite-",
            "x-user",
            "x-webauth-");

    /** Parts of names under which sessions and keys travel. */
    private static final List<String> SECRETS = List.of(
            "api-key", "api_key", "apikey", "auth", "csrf", "jwt", "passw", "secret", "session", "token", "xsrf");

    private Withheld() {}

    static boolean header(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return HEADERS.contains(lower) || HEADER_PREFIXES.stream().anyMatch(lower::startsWith) || isSecret(lower);
    }

    static boolean cookie(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith("__") || lower.equals("sid") || lower.endsWith("sessid") || isSecret(lower);
    }

    private static boolean isSecret(String lower) {
        return SECRETS.stream().anyMatch(lower::contains);
    }
}
