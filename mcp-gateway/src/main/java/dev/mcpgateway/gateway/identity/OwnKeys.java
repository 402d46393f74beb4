package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.gateway.http.Exchange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The public keys with which upstreams verify what this gateway signed, as a JWK set (RFC 7517): those that sign, those
 * that will, and those that did until an hour ago. Public by nature.
 */
public final class OwnKeys {
    /** Where they are. */
    public static final String PATH = "/.well-known/jwks.json";

    /** A key is public for an hour before it signs, so that a set of this age still has it. */
    private static final String FRESH = "public, max-age=300";

    private final Supplier<String> jwks;

    /** The keys, read at each request. */
    public OwnKeys(Supplier<String> jwks) {
        this.jwks = jwks;
    }

    /** Answers with the set. */
    public void answer(Exchange exchange) {
        byte[] bytes = jwks.get().getBytes(StandardCharsets.UTF_8);
        exchange.response().setStatus(200);
        exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, "application/jwk-set+json");
        exchange.response().getHeaders().put(HttpHeader.CACHE_CONTROL, FRESH);
        exchange.response().getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        exchange.response().write(true, ByteBuffer.wrap(bytes), exchange.callback());
    }
}
