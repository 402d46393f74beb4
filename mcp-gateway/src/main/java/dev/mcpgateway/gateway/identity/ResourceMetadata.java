package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.http.Exchange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;

/**
 * OAuth 2.0 Protected Resource Metadata (RFC 9728) of one view: where an agent gets a token for it, and with which
 * scopes. Public by nature.
 */
public final class ResourceMetadata {
    /** Path prefix of the metadata (RFC 9728, section 3.1). */
    public static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

    private final String resource;
    private final List<String> issuers;
    private final Supplier<? extends Collection<String>> scopes;
    private final SenderSupport senders;

    /**
     * Metadata of a view.
     *
     * @param resource the view's canonical URI
     * @param issuers identifiers of the accepted issuers
     * @param scopes the scopes worth asking for; read at each request, because the policy may change
     * @param senders how tokens are bound to their senders
     */
    public ResourceMetadata(
            String resource,
            List<String> issuers,
            Supplier<? extends Collection<String>> scopes,
            SenderSupport senders) {
        this.resource = resource;
        this.issuers = List.copyOf(issuers);
        this.scopes = scopes;
        this.senders = senders;
    }

    /** Answers with the document. */
    public void answer(Exchange exchange) {
        String json = "{\"resource\":" + quote(resource)
                + ",\"authorization_servers\":" + array(issuers)
                + ",\"scopes_supported\":" + array(scopes.get())
                + ",\"bearer_methods_supported\":[\"header\"],\"resource_name\":\"MCP Gateway\"" + bound() + "}";
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.response().setStatus(200);
        exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        exchange.response().getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        exchange.response().write(true, ByteBuffer.wrap(bytes), exchange.callback());
    }

    private String bound() {
        String dpop = senders.dpop()
                ? ",\"dpop_signing_alg_values_supported\":" + array(DpopProofs.ALGORITHMS)
                        + ",\"dpop_bound_access_tokens_required\":" + senders.dpopAlone()
                : "";
        return senders.certificates() ? dpop + ",\"tls_client_certificate_bound_access_tokens\":true" : dpop;
    }

    private static String array(Collection<String> texts) {
        return texts.stream().map(ResourceMetadata::quote).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }
}
