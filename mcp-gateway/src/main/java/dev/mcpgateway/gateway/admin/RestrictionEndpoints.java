package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.incident.Restricted;
import dev.mcpgateway.gateway.model.incident.Restrictions;
import dev.mcpgateway.gateway.model.incident.SecondOperator;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /restrictions}: operators reduce what a tenant's callers can do, and end that. To restrict does not wait for the
 * audit log; to end it does.
 */
public final class RestrictionEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(RestrictionEndpoints.class);
    private static final Set<String> SET = Set.of("tenant", "models", "calls_per_minute", "reason");
    private static final Set<String> LIFT = Set.of("tenant", "reason");
    private static final int TENANT_CHARS_MAX = 256;

    private final Restrictions restrictions;
    private final SecondOperator second;
    private final Runnable changed;
    private final Set<String> models;
    private final AdminTokens tokens;
    private final AuditLog audit;
    private final InstantSource clock;
    private final BoundedBody bodies;
    private final int callsPerMinute;

    /**
     * Endpoints over the restrictions.
     *
     * @param second who must agree that one ends
     * @param changed puts them into force
     * @param models aliases of the models that there are
     */
    public RestrictionEndpoints(
            Restrictions restrictions,
            SecondOperator second,
            Runnable changed,
            Set<String> models,
            AdminTokens tokens,
            AuditLog audit,
            InstantSource clock,
            LongSupplier nanoClock,
            int callsPerMinute) {
        this.restrictions = restrictions;
        this.second = second;
        this.changed = changed;
        this.models = Set.copyOf(models);
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
        this.bodies = Order.bodies(nanoClock);
        this.callsPerMinute = callsPerMinute;
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(
                new Route("/restrictions", Set.of("GET", "POST", "DELETE"), Access.AUTHENTICATED, true, this::handle));
    }

    private void handle(Exchange exchange) {
        String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
        switch (exchange.method()) {
            case "POST" -> set(exchange, operator);
            case "DELETE" -> lift(exchange, operator);
            default ->
                AdminEndpoints.json(
                        exchange,
                        200,
                        restrictions.all().stream()
                                .map(RestrictionEndpoints::json)
                                .collect(Collectors.joining(",", "{\"restrictions\":[", "]}\n")));
        }
    }

    private void set(Exchange exchange, String operator) {
        Order order = Order.read(exchange, bodies, SET);
        List<String> named = order.texts("models");
        // a model that is not there would leave the tenant with less than the operator believes
        if (!models.containsAll(named)) {
            throw Order.bad("no model has that alias; there are "
                    + String.join(", ", models.stream().sorted().toList()));
        }
        OptionalLong calls = order.number("calls_per_minute", callsPerMinute);
        Restricted restricted = new Restricted(
                tenant(order),
                named,
                calls.isPresent() ? OptionalInt.of((int) calls.getAsLong()) : OptionalInt.empty(),
                order.reason(),
                operator,
                clock.instant());
        // what loosens is recorded before it is so, and refused in safe mode: that is what an end is
        if (restrictions.of(restricted.tenant()).filter(restricted::loosens).isPresent()) {
            throw Order.bad("the tenant is restricted more than that: lift the restriction first");
        }
        if (!restrictions.set(restricted)) {
            throw Order.bad("there are " + Restrictions.TENANTS_MAX + " restrictions already");
        }
        changed.run();
        LOG.atWarn()
                .addKeyValue("tenant", restricted.tenant())
                .addKeyValue("operator", operator)
                .log("restricted");
        boolean recorded = true;
        try {
            audit.append(action(
                    exchange,
                    "restriction.set",
                    operator,
                    restricted.tenant(),
                    "models: " + String.join(" ", named),
                    restricted.reason()));
        } catch (AuditUnavailable failure) {
            recorded = false;
            LOG.error("a restriction is in force and not in the audit log: {}", failure.getMessage());
        }
        AdminEndpoints.json(
                exchange,
                200,
                "{\"restriction\":" + json(restricted) + ",\"saved\":"
                        + restrictions.problem().isEmpty() + ",\"recorded\":" + recorded + "}\n");
    }

    private void lift(Exchange exchange, String operator) {
        Order order = Order.read(exchange, bodies, LIFT);
        String tenant = tenant(order);
        String reason = order.reason();
        Restricted inForce = restrictions.of(tenant).orElseThrow(() -> Order.bad("no such tenant is restricted"));
        try {
            // a word about what was set before is none about what has been set in its place since
            Optional<SecondOperator.Asked> asked = second.wants(
                    "restriction of " + tenant + " since " + inForce.since(), operator, reason, source(exchange));
            if (asked.isPresent()) {
                AdminEndpoints.json(exchange, 200, asked(asked.get()));
                return;
            }
            audit.append(action(exchange, "restriction.lifted", operator, tenant, "done", reason));
        } catch (AuditUnavailable failure) {
            throw new Refused(Refusal.of(Reason.AUDIT_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
        try {
            var _ = restrictions.lift(tenant);
        } catch (IOException failure) {
            audit.append(action(exchange, "restriction.set", operator, tenant, "it goes on: not saved", reason));
            throw new Refused(Refusal.saying(Reason.NOT_DONE, "the change cannot be saved, so it goes on"));
        }
        changed.run();
        LOG.atWarn()
                .addKeyValue("tenant", tenant)
                .addKeyValue("operator", operator)
                .log("restricted no more");
        AdminEndpoints.json(exchange, 200, "{\"lifted\":" + AdminEndpoints.quote(tenant) + "}\n");
    }

    /** Another operator has to say so, too. */
    static String asked(SecondOperator.Asked asked) {
        return "{\"asked\":{\"by\":" + AdminEndpoints.quote(asked.by()) + ",\"until\":\"" + asked.until() + "\"}}\n";
    }

    private static Source source(Exchange exchange) {
        return new Source(exchange.remoteAddress(), exchange.remotePort(), "");
    }

    private static AdminAction action(
            Exchange exchange, String action, String operator, String tenant, String result, String reason) {
        return new AdminAction(
                new Actor("", "", "", List.of(), "", tenant),
                source(exchange),
                action,
                operator,
                tenant,
                result,
                reason);
    }

    private static String tenant(Order order) {
        String tenant = order.text("tenant");
        if (tenant.isEmpty()
                || tenant.length() > TENANT_CHARS_MAX
                || tenant.chars().anyMatch(Character::isISOControl)) {
            throw Order.bad("tenant must have 1 to " + TENANT_CHARS_MAX + " characters and no control characters");
        }
        return tenant;
    }

    private static String json(Restricted each) {
        return "{\"tenant\":" + AdminEndpoints.quote(each.tenant()) + ",\"models\":["
                + each.models().stream().map(AdminEndpoints::quote).collect(Collectors.joining(","))
                + "]"
                + (each.callsPerMinute().isPresent()
                        ? ",\"calls_per_minute\":" + each.callsPerMinute().getAsInt()
                        : "")
                + ",\"reason\":" + AdminEndpoints.quote(each.reason())
                + ",\"by\":" + AdminEndpoints.quote(each.by())
                + ",\"since\":" + AdminEndpoints.quote(each.since().toString())
                + "}";
    }
}
