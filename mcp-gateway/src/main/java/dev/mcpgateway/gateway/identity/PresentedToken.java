package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The token of a request, as it was sent: in the one {@code Authorization} header, and nowhere else; in a call of a model
 * also in the one {@code x-api-key} or {@code x-goog-api-key}.
 *
 * @param token the token, of token68 characters and bounded
 * @param isDpop whether it came with the scheme {@code DPoP} (RFC 9449, section 7.1) and not as {@code Bearer}
 */
record PresentedToken(String token, boolean isDpop) {
    private static final String BEARER = "Bearer ";
    private static final String DPOP = "DPoP ";
    private static final List<String> API_KEYS = List.of("x-api-key", "x-goog-api-key");

    /**
     * The token of this request.
     *
     * @throws Refused if there is none, or it is sent so that two readers may see different ones
     */
    static PresentedToken of(Exchange exchange) {
        return of(
                exchange.request().getHttpURI().getQuery(), exchange.headers().getValuesList(HttpHeader.AUTHORIZATION));
    }

    /**
     * The token of a call of a model.
     *
     * @throws Refused if there is none, or there are two that differ
     */
    static PresentedToken ofModelCall(Exchange exchange) {
        return ofModelCall(
                exchange.request().getHttpURI().getQuery(),
                exchange.headers().getValuesList(HttpHeader.AUTHORIZATION),
                API_KEYS.stream()
                        .flatMap(name -> exchange.headers().getValuesList(name).stream())
                        .toList());
    }

    static PresentedToken ofModelCall(@Nullable String query, List<String> authorization, List<String> apiKeys) {
        if (apiKeys.isEmpty()) {
            return of(query, authorization);
        }
        if (apiKeys.size() > 1) {
            throw new Refused(Refusal.of(Reason.MALFORMED_CREDENTIALS, "more than one header with an API key"));
        }
        PresentedToken inKey = of(query, List.of(BEARER + apiKeys.getFirst()));
        if (!authorization.isEmpty() && !of(query, authorization).token().equals(inKey.token())) {
            throw new Refused(Refusal.of(Reason.BAD_TOKEN, "form: Authorization and the API key differ"));
        }
        // of a bound token the scheme says that a proof is with it
        return authorization.isEmpty() ? inKey : of(query, authorization);
    }

    static PresentedToken of(@Nullable String query, List<String> authorization) {
        if (query != null && query.contains("access_token")) {
            throw new Refused(Refusal.of(Reason.MALFORMED_CREDENTIALS, "token in the query string"));
        }
        if (authorization.isEmpty()) {
            throw new Refused(Reason.NO_TOKEN);
        }
        if (authorization.size() > 1) {
            throw new Refused(Refusal.of(Reason.MALFORMED_CREDENTIALS, "more than one Authorization header"));
        }
        String header = authorization.getFirst();
        boolean isDpop = header.regionMatches(true, 0, DPOP, 0, DPOP.length());
        if (!isDpop && !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new Refused(Refusal.of(Reason.NO_TOKEN, "Authorization scheme is neither Bearer nor DPoP"));
        }
        String token =
                header.substring(isDpop ? DPOP.length() : BEARER.length()).strip();
        if (token.isEmpty() || token.length() > TokenText.BYTES_MAX || !isToken68(token)) {
            throw new Refused(Refusal.of(Reason.BAD_TOKEN, "form: token is empty, too long or has foreign characters"));
        }
        return new PresentedToken(token, isDpop);
    }

    /** RFC 9110, section 11.2. */
    private static boolean isToken68(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!good && "-._~+/=".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
