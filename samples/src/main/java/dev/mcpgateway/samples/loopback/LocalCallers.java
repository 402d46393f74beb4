package dev.mcpgateway.samples.loopback;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Admits requests that were addressed to this machine: {@code Host} must be a loopback name, and {@code Origin}, when
 * it is there, too. A web page that rebinds its own name to 127.0.0.1 keeps that name in both headers, so it is refused
 * (MCP 2026-07-28, Streamable HTTP, Security &amp; Endpoint, rule 1).
 */
public final class LocalCallers {
    private static final Set<String> NAMES = Set.of("localhost", "[::1]");
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");
    private static final Set<String> SCHEMES = Set.of("http", "https");

    private LocalCallers() {}

    /** The reason to refuse the request with 403, or empty when both headers name this machine. */
    public static Optional<String> refusal(HttpFields headers) {
        List<String> hosts = headers.getValuesList(HttpHeader.HOST);
        if (hosts.size() != 1 || !isLocal("http://" + hosts.getFirst())) {
            return Optional.of("the Host header does not name this machine");
        }
        List<String> origins = headers.getValuesList(HttpHeader.ORIGIN);
        if (!origins.stream().allMatch(LocalCallers::isLocal)) {
            return Optional.of("the Origin header does not name this machine");
        }
        return Optional.empty();
    }

    private static boolean isLocal(String origin) {
        try {
            URI uri = new URI(origin);
            boolean isOrigin = uri.getScheme() != null
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getQuery() == null
                    && uri.getFragment() == null;
            return isOrigin
                    && SCHEMES.contains(uri.getScheme())
                    && (NAMES.contains(uri.getHost())
                            || LOOPBACK_V4.matcher(uri.getHost()).matches());
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
