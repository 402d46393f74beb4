package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.credential.SubjectToken;
import dev.mcpgateway.gateway.http.Exchange;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The token of a request that was verified, taken from the request once more where it is to be exchanged: neither the
 * {@link Caller} nor the cache of verified tokens holds it.
 */
public final class TokenToExchange {
    private TokenToExchange() {}

    /**
     * The token, if it is a JWT with an id. Anything else, such as a key of this gateway, must not be shown to an
     * authorization server, which would get to know it.
     */
    public static Optional<SubjectToken> of(Exchange exchange, Caller caller) {
        String header = exchange.header(HttpHeader.AUTHORIZATION);
        String tokenId = caller.tokenId();
        if (header == null || tokenId == null || exchange.isRepeated(HttpHeader.AUTHORIZATION)) {
            return Optional.empty();
        }
        String token = header.substring(header.indexOf(' ') + 1).strip();
        boolean isJwt = token.chars().filter(each -> each == '.').count() == 2;
        return isJwt ? Optional.of(SubjectToken.of(token, tokenId, caller.expiresAt())) : Optional.empty();
    }
}
