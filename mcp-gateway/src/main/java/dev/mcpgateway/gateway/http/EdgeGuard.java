package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Routes.Route;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;

/**
 * The RECEIVE stage: what can be refused from the headers alone, before any byte of the body is read. Jetty, even when
 * strict, accepts any Host, HTTP/1.0 with chunked bodies, TRACE, lower-case methods and path parameters.
 */
final class EdgeGuard {
    /** What MCP tells agents to send: most requests need no parsing of it. */
    private static final String USUAL_ACCEPT = "application/json, text/event-stream";

    private final Routes routes;
    private final Set<String> hosts;
    private final Set<String> origins;

    /**
     * A guard of these routes.
     *
     * @param hosts accepted Host values in lower case, with port where it is not the scheme's default
     * @param origins accepted Origin values in lower case
     */
    EdgeGuard(Routes routes, Set<String> hosts, Set<String> origins) {
        this.routes = routes;
        this.hosts = Set.copyOf(hosts);
        this.origins = Set.copyOf(origins);
    }

    /**
     * The route of a request that may go on.
     *
     * @throws Refused for a foreign Host or Origin, an unknown path, a method or content type that is not served
     */
    Route receive(Exchange exchange) {
        Request request = exchange.request();
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_0) {
            throw new Refused(Reason.BAD_PROTOCOL);
        }
        if (!isServedHost(exchange)) {
            throw new Refused(Refusal.of(Reason.BAD_HOST, "Host is not in listen.public_url or listen.allowed_hosts"));
        }
        if (!isAllowedOrigin(exchange)) {
            throw new Refused(Refusal.of(Reason.BAD_ORIGIN, "Origin is not in listen.allowed_origins"));
        }
        Route route = routes.find(exchange.path());
        // a path with parameters or an encoded form is another spelling of a path that we do not have
        if (route == null || !exchange.path().equals(request.getHttpURI().getCanonicalPath())) {
            String meant = routes.meant(exchange.path());
            throw new Refused(
                    meant.isEmpty()
                            ? Refusal.of(Reason.BAD_PATH)
                            : Refusal.saying(Reason.BAD_PATH, "did you mean " + meant + "?"));
        }
        if (!route.methods().contains(exchange.method())) {
            throw new Refused(Refusal.saying(Reason.BAD_METHOD, String.join(", ", new TreeSet<>(route.methods()))));
        }
        if (exchange.headers().contains(HttpHeader.CONTENT_ENCODING) || isTransferEncoded(exchange)) {
            throw new Refused(Reason.ENCODED_BODY);
        }
        if (route.takesJson() && exchange.method().equals("POST")) {
            requireJson(exchange);
        }
        return route;
    }

    private boolean isServedHost(Exchange exchange) {
        String host = exchange.header(HttpHeader.HOST);
        String authority = exchange.request().getHttpURI().getAuthority();
        return host != null
                && !exchange.isRepeated(HttpHeader.HOST)
                && hosts.contains(host.toLowerCase(Locale.ROOT))
                // an absolute request target carries a second authority
                && (authority == null || hosts.contains(authority.toLowerCase(Locale.ROOT)));
    }

    private boolean isAllowedOrigin(Exchange exchange) {
        String origin = exchange.header(HttpHeader.ORIGIN);
        return origin == null
                || (!exchange.isRepeated(HttpHeader.ORIGIN) && origins.contains(origin.toLowerCase(Locale.ROOT)));
    }

    /** Jetty takes "gzip, chunked" and hands out what is inside the chunks as it is: a second reader would unpack it. */
    private static boolean isTransferEncoded(Exchange exchange) {
        String encoding = exchange.header(HttpHeader.TRANSFER_ENCODING);
        return encoding != null
                && (!encoding.equalsIgnoreCase("chunked") || exchange.isRepeated(HttpHeader.TRANSFER_ENCODING));
    }

    private static void requireJson(Exchange exchange) {
        if (!exchange.hasJsonBody()) {
            throw new Refused(Reason.BAD_MEDIA_TYPE);
        }
        if (!accepts(exchange)) {
            throw new Refused(Reason.NOT_ACCEPTABLE);
        }
    }

    /** MCP asks agents to accept JSON and event streams; a missing header or a wildcard accepts both (RFC 9110). */
    private static boolean accepts(Exchange exchange) {
        String accept = exchange.header(HttpHeader.ACCEPT);
        if (accept == null || accept.equals(USUAL_ACCEPT)) {
            return true;
        }
        for (String type : exchange.headers().getQualityCSV(HttpHeader.ACCEPT)) {
            int end = type.indexOf(';');
            String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
            if (media.equals("application/json") || media.equals("*/*") || media.equals("application/*")) {
                return true;
            }
        }
        return false;
    }
}
