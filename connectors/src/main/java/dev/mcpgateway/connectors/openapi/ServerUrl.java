package dev.mcpgateway.connectors.openapi;

import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Where requests go: the operator's word, else the first server of the description. */
final class ServerUrl {
    private static final String SET_IT = ": set openapi.server";

    private ServerUrl() {}

    /**
     * The server's URL.
     *
     * @param configured what the operator says; {@code null} for nothing
     * @throws DescriptionRefused if the description must say it and says nothing that may be believed: others write
     *     descriptions, so only https to a name is taken from one, which the outbound rules then check
     */
    static URI of(Description description, @Nullable URI configured) throws DescriptionRefused {
        if (configured != null) {
            return checked(configured);
        }
        JsonDocument document = description.document();
        int servers = document.member(JsonDocument.ROOT, Keys.SERVERS);
        int first = document.is(servers, Kind.ARRAY) ? document.first(servers) : JsonDocument.NONE;
        String text = first == JsonDocument.NONE ? "" : description.text(first, Keys.URL);
        try {
            URI url = checked(URI.create(text));
            HttpOrigin origin = HttpOrigin.of(url);
            boolean name = origin.host().matches("[a-z0-9-]+(\\.[a-z0-9-]+)*\\.[a-z][a-z0-9-]*");
            if (!origin.secure() || !name) {
                throw new DescriptionRefused("its first server is not https under a full domain name" + SET_IT);
            }
            return url;
        } catch (IllegalArgumentException relative) {
            throw new DescriptionRefused("its first server is no absolute URL without variables" + SET_IT);
        }
    }

    private static URI checked(URI url) throws DescriptionRefused {
        HttpOrigin.of(url);
        boolean plain = url.getRawQuery() == null
                && url.normalize().equals(url)
                && url.toASCIIString().equals(url.toString());
        if (!plain) {
            throw new DescriptionRefused(
                    "the server's URL has a query, or a path with dots, empty segments or other characters than ASCII"
                            + SET_IT);
        }
        return url;
    }
}
