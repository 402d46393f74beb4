package dev.mcpgateway.gateway.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * A request of the gateway's own, most of them about a call of an agent. It comes from nowhere, and its answers are kept by
 * no cache. Used by one thread.
 */
public final class OwnExchange implements AnyExchange {
    private final String id;
    private final String about;
    private final HttpFields headers;
    private final HttpFields.Mutable answerHeaders = HttpFields.build();

    /**
     * A request with this call id.
     *
     * @param about id of the call whose content it has; empty for no call's
     * @param traceparent trace context of that call, below which it is; {@code null} for none
     */
    public OwnExchange(String id, String about, @Nullable String traceparent) {
        this.id = id;
        this.about = about;
        HttpFields.Mutable fields = HttpFields.build().put("x-gateway-cache", "no-store");
        if (traceparent != null) {
            fields.put("traceparent", traceparent);
        }
        this.headers = fields.asImmutable();
    }

    @Override
    public String id() {
        return id;
    }

    /** Id of the call whose content it has; empty for no call's. */
    public String about() {
        return about;
    }

    @Override
    public HttpFields headers() {
        return headers;
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
