package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.Pkce;
import dev.mcpgateway.gateway.http.Exchange;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;

/**
 * What tells one browser from another during a flow, so that a link or an answer that was sent on to somebody else's is
 * good for nothing. Under https it cannot be planted from elsewhere ({@code __Host-}).
 */
final class BrowserCookie {
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final boolean secure;
    private final String name;
    private final RandomGenerator random;

    BrowserCookie(boolean secure, RandomGenerator random) {
        this.secure = secure;
        this.name = secure ? "__Host-mcp-gateway-consent" : "mcp-gateway-consent";
        this.random = random;
    }

    String make() {
        return Pkce.unguessable(random);
    }

    /** The browser's cookie; empty if it has none, or two. */
    Optional<String> of(Exchange exchange) {
        String found = "";
        for (String field : exchange.headers().getValuesList(HttpHeader.COOKIE)) {
            for (String each : field.split(";", -1)) {
                String pair = each.strip();
                if (pair.startsWith(name + "=")) {
                    if (!found.isEmpty()) {
                        return Optional.empty();
                    }
                    found = pair.substring(name.length() + 1);
                }
            }
        }
        return Optional.of(found).filter(value -> VALUE.matcher(value).matches());
    }

    boolean is(Exchange exchange, String browser) {
        return of(exchange)
                .map(value -> MessageDigest.isEqual(
                        value.getBytes(StandardCharsets.US_ASCII), browser.getBytes(StandardCharsets.US_ASCII)))
                .orElse(false);
    }

    /** Lax, because authorization servers send the browser back from their own site. */
    void set(Exchange exchange, String browser) {
        exchange.response()
                .getHeaders()
                .add(
                        HttpHeader.SET_COOKIE,
                        name + "=" + browser + "; Path=/; Max-Age=" + Flows.LIFE.toSeconds()
                                + "; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : ""));
    }
}
