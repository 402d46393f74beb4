package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.connectors.mcp.UpstreamStatus;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The operators' port. Health is public, because orchestrators ask without a credential; everything else asks for a
 * configured token, or is open to this machine alone when none is configured (the configuration refuses an open port
 * elsewhere).
 */
public final class AdminEndpoints {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String JSON = "application/json";

    private final Readiness readiness;
    private final Supplier<Map<String, UpstreamStatus>> upstreams;
    private final Supplier<String> metrics;
    private final Supplier<Map<String, String>> status;
    private final AdminTokens tokens;
    private final List<Route> more;
    private final boolean metricsServed;

    /**
     * Endpoints over these sources.
     *
     * @param upstreams how each upstream is, in order
     * @param metrics Prometheus text
     * @param status facts for {@code /version}, in order
     * @param tokens who may ask; none opens the port to whoever reaches it
     * @param more further rows of the port's table
     */
    public AdminEndpoints(
            Readiness readiness,
            Supplier<Map<String, UpstreamStatus>> upstreams,
            Supplier<String> metrics,
            boolean metricsServed,
            Supplier<Map<String, String>> status,
            AdminTokens tokens,
            List<Route> more) {
        this.readiness = readiness;
        this.upstreams = upstreams;
        this.metrics = metrics;
        this.metricsServed = metricsServed;
        this.status = status;
        this.tokens = tokens;
        this.more = List.copyOf(more);
    }

    /** The port's table. */
    public Routes routes() {
        Set<String> get = Set.of("GET");
        List<Route> routes = new ArrayList<>(List.of(
                new Route("/livez", get, Access.PUBLIC, false, exchange -> write(exchange, 200, TEXT, "ok\n")),
                new Route("/readyz", get, Access.PUBLIC, false, this::ready),
                new Route("/version", get, Access.AUTHENTICATED, false, this::version)));
        if (metricsServed) {
            routes.add(new Route("/metrics", get, Access.AUTHENTICATED, false, this::metrics));
        }
        routes.addAll(more);
        return new Routes(routes);
    }

    /** An upstream that is down keeps nobody from the others: it is told, and makes nothing unready. */
    private void ready(Exchange exchange) {
        boolean whole = mayRead(exchange);
        List<String> reasons = whole ? readiness.reasons() : readiness.summary();
        String list = reasons.stream().map(AdminEndpoints::quote).collect(Collectors.joining(","));
        String health = upstreams.get().entrySet().stream()
                .map(entry -> health(entry.getKey(), entry.getValue(), whole))
                .collect(Collectors.joining(","));
        write(
                exchange,
                reasons.isEmpty() ? 200 : 503,
                JSON,
                "{\"ready\":" + reasons.isEmpty() + ",\"reasons\":[" + list + "],\"upstreams\":[" + health + "]}\n");
    }

    /** Reasons name hosts and programs of the inner network: they are for operators alone. */
    private static String health(String alias, UpstreamStatus status, boolean whole) {
        return "{\"name\":" + quote(alias)
                + ",\"health\":" + quote(status.health().name().toLowerCase(Locale.ROOT))
                + ",\"since\":" + quote(status.since().toString())
                + (whole ? ",\"reason\":" + quote(status.reason()) : "")
                + "}";
    }

    private void metrics(Exchange exchange) {
        authenticate(exchange);
        write(exchange, 200, TEXT, metrics.get());
    }

    private void version(Exchange exchange) {
        authenticate(exchange);
        String members = status.get().entrySet().stream()
                .map(entry -> quote(entry.getKey()) + ":" + quote(entry.getValue()))
                .collect(Collectors.joining(","));
        write(exchange, 200, JSON, "{" + members + "}\n");
    }

    private boolean mayRead(Exchange exchange) {
        try {
            authenticate(exchange);
            return true;
        } catch (Refused unauthenticated) {
            return false;
        }
    }

    private void authenticate(Exchange exchange) {
        tokens.authenticate(exchange);
    }

    static String quote(String text) {
        return new String(JsonText.quote(text), StandardCharsets.UTF_8);
    }

    /** Answers with JSON. */
    static void json(Exchange exchange, int status, String body) {
        write(exchange, status, JSON, body);
    }

    private static void write(Exchange exchange, int status, String type, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.response().setStatus(status);
        exchange.response().getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        exchange.response().getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        exchange.response().getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        exchange.response().write(true, ByteBuffer.wrap(bytes), exchange.callback());
    }
}
