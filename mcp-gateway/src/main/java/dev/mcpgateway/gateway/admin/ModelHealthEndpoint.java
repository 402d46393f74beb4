package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.route.Breaker;
import dev.mcpgateway.gateway.model.route.Health;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.model.route.TargetKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** {@code /models/health}: how each model at each provider is, as calls have shown. For operators alone. */
public final class ModelHealthEndpoint {
    private final HealthTable health;
    private final AdminTokens tokens;

    /** Tells this to operators. */
    public ModelHealthEndpoint(HealthTable health, AdminTokens tokens) {
        this.health = health;
        this.tokens = tokens;
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(new Route("/models/health", Set.of("GET"), Access.AUTHENTICATED, false, this::list));
    }

    private void list(Exchange exchange) {
        var _ = tokens.operator(exchange, AdminTokens.OPERATOR);
        AdminEndpoints.json(
                exchange,
                200,
                health.all().entrySet().stream()
                        .map(entry -> json(entry, health.scores(entry.getKey())))
                        .collect(Collectors.joining(",", "{\"targets\":[", "]}\n")));
    }

    private static String json(Map.Entry<TargetKey, Health> entry, Breaker.Scores scores) {
        Health each = entry.getValue();
        return "{\"provider\":" + AdminEndpoints.quote(entry.getKey().provider())
                + ",\"model\":" + AdminEndpoints.quote(entry.getKey().model())
                + ",\"breaker\":" + AdminEndpoints.quote(each.state().text())
                + ",\"share_percent\":" + each.rampPercent()
                + ",\"opens_in_ms\":" + TimeUnit.NANOSECONDS.toMillis(each.opensInNanos())
                + ",\"cools_for_ms\":" + TimeUnit.NANOSECONDS.toMillis(each.coolsForNanos())
                + ",\"latency_ms\":" + TimeUnit.NANOSECONDS.toMillis(each.latencyNanos())
                + ",\"success_millionths\":" + each.successMillionths()
                + ",\"in_flight\":" + each.inFlight()
                + ",\"scores\":" + scores.count()
                + ",\"score_mean_thousandths\":" + scores.meanThousandths()
                + ",\"opened_by_judge\":" + scores.wanted()
                + "}";
    }
}
