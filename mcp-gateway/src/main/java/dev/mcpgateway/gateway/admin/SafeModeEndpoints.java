package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.incident.Mode;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * {@code /safe-mode}: an operator begins safe mode (POST), two of them end it (DELETE). While it is on, the port changes
 * nothing that could loosen something: {@link #narrowed}.
 */
public final class SafeModeEndpoints {
    private static final Set<String> MEMBERS = Set.of("reason");

    /** Changes that stop, narrow or renew, and so are what an incident needs. */
    private static final Set<String> TIGHTENING = Set.of(
            "POST /safe-mode",
            "DELETE /safe-mode",
            "POST /kill",
            "POST /restrictions",
            "POST /credentials/rotate",
            "DELETE /user-tokens");

    private final SafeMode safeMode;
    private final AdminTokens tokens;
    private final BoundedBody bodies;

    /** Endpoints over the mode. */
    public SafeModeEndpoints(SafeMode safeMode, AdminTokens tokens, LongSupplier nanoClock) {
        this.safeMode = safeMode;
        this.tokens = tokens;
        this.bodies = Order.bodies(nanoClock);
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(
                new Route("/safe-mode", Set.of("GET", "POST", "DELETE"), Access.AUTHENTICATED, true, this::handle));
    }

    /** These rows, of which those that could loosen something are refused in safe mode, also those not known here. */
    public List<Route> narrowed(List<Route> routes) {
        List<Route> narrowed = new ArrayList<>();
        for (Route route : routes) {
            narrowed.add(new Route(route.path(), route.methods(), route.access(), route.takesJson(), exchange -> {
                if (safeMode.isOn()
                        && !exchange.method().equals("GET")
                        && !TIGHTENING.contains(exchange.method() + " " + route.path())) {
                    String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
                    safeMode.refusedChange(operator, exchange.method() + " " + route.path(), source(exchange));
                    throw new Refused(Reason.READ_ONLY);
                }
                route.endpoint().handle(exchange);
            }));
        }
        return narrowed;
    }

    private void handle(Exchange exchange) {
        String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
        switch (exchange.method()) {
            case "POST" -> {
                String reason = Order.read(exchange, bodies, MEMBERS).reason();
                Mode mode = safeMode.enter(operator, reason, source(exchange));
                AdminEndpoints.json(exchange, 200, json(mode));
            }
            case "DELETE" -> leave(exchange, operator);
            default -> AdminEndpoints.json(exchange, 200, json(safeMode.mode()));
        }
    }

    private void leave(Exchange exchange, String operator) {
        String reason = Order.read(exchange, bodies, MEMBERS).reason();
        SafeMode.Leaving leaving;
        try {
            leaving = safeMode.leave(operator, reason, source(exchange));
        } catch (AuditUnavailable failure) {
            throw new Refused(Refusal.of(Reason.AUDIT_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
        switch (leaving) {
            case SafeMode.Leaving.Left _ -> AdminEndpoints.json(exchange, 200, json(safeMode.mode()));
            case SafeMode.Leaving.Asked(String by, var until) ->
                AdminEndpoints.json(
                        exchange,
                        200,
                        "{\"mode\":\"on\",\"leaving\":{\"by\":" + AdminEndpoints.quote(by) + ",\"until\":\"" + until
                                + "\"}}\n");
            case SafeMode.Leaving.Stays(String why) -> throw new Refused(Refusal.saying(Reason.NOT_DONE, why));
        }
    }

    private static Source source(Exchange exchange) {
        return new Source(exchange.remoteAddress(), exchange.remotePort(), "");
    }

    private String json(Mode mode) {
        String problem = safeMode.problem();
        return switch (mode) {
            case Mode.Normal _ ->
                "{\"mode\":\"off\",\"profile_problem\":" + AdminEndpoints.quote(safeMode.profileProblem()) + "}\n";
            case Mode.Safe(Mode.Entered entered, var profile) ->
                "{\"mode\":\"on\"," + json(entered) + ",\"profile_made\":\"" + profile.made() + "\",\"models\":["
                        + String.join(
                                ",",
                                profile.aliases().keySet().stream()
                                        .map(AdminEndpoints::quote)
                                        .toList())
                        + "],\"problem\":" + AdminEndpoints.quote(problem) + "}\n";
            case Mode.Shut(Mode.Entered entered, String why) ->
                "{\"mode\":\"shut\"," + json(entered) + ",\"profile_problem\":" + AdminEndpoints.quote(why)
                        + ",\"problem\":" + AdminEndpoints.quote(problem) + "}\n";
        };
    }

    private static String json(Mode.Entered entered) {
        return "\"since\":\"" + entered.since() + "\",\"by\":" + AdminEndpoints.quote(entered.by()) + ",\"reason\":"
                + AdminEndpoints.quote(entered.reason());
    }
}
