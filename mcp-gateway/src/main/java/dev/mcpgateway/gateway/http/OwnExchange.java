package dev.mcpgateway.gateway.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** A request of the gateway's own. It comes from nowhere, and its answers are kept by no cache. Used by one thread. */
public final class OwnExchange implements AnyExchange {
    private static final HttpFields HEADERS =
            HttpFields.build().put("x-gateway-cache", "no-store").asImmutable();

    private final String id;
    private final HttpFields.Mutable answerHeaders = HttpFields.build();

    /** A request with this call id. */
    public OwnExchange(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public HttpFields headers() {
        return HEADERS;
    }

    @Override
    public @Nullable String header(HttpHeader name) {
        return null;
    }

    @Override
    public String remoteAddress() {
        return "";
    }

    @Override
    public int remotePort() {
        return 0;
    }

    @Override
    public HttpFields.Mutable answerHeaders() {
        return answerHeaders;
    }
}
