package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.consent.UserConsent;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * {@code /user-tokens}: operators see which users agreed to the use of which upstream, and end it. No token and no part of
 * one is ever shown.
 */
public final class UserTokenEndpoints {
    private static final int BODY_BYTES_MAX = 16 << 10;
    private static final int REASON_MAX = 500;
    private static final Duration BODY_DEADLINE = Duration.ofSeconds(10);
    private static final JsonLimits LIMITS = JsonLimits.forRequests(BODY_BYTES_MAX, 2);
    private static final Set<String> MEMBERS = Set.of("issuer", "subject", "upstream", "reason");

    private final UserConsent consent;
    private final AdminTokens operators;
    private final BoundedBody bodies;
    private final Map<String, String> identifiers;
    private final Map<String, String> aliases = new HashMap<>();

    /**
     * Endpoints over these consents.
     *
     * @param issuers identifiers of the issuers by alias
     */
    public UserTokenEndpoints(
            UserConsent consent, AdminTokens operators, LongSupplier nanoClock, Map<String, String> issuers) {
        this.consent = consent;
        this.operators = operators;
        this.bodies = new BoundedBody(BODY_BYTES_MAX, BODY_DEADLINE, nanoClock);
        this.identifiers = Map.copyOf(issuers);
        issuers.forEach((alias, identifier) -> aliases.put(identifier, alias));
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(new Route("/user-tokens", Set.of("GET", "DELETE"), Access.AUTHENTICATED, true, this::handle));
    }

    private void handle(Exchange exchange) {
        String operator = operators.operator(exchange, AdminTokens.OPERATOR);
        if (exchange.method().equals("DELETE")) {
            revoke(exchange, operator);
        } else {
            AdminEndpoints.json(
                    exchange,
                    200,
                    consent.all().stream().map(this::json).collect(Collectors.joining(",", "{\"tokens\":[", "]}\n")));
        }
    }

    private String json(UserToken token) {
        String issuer = token.owner().issuer();
        return "{\"issuer\":" + AdminEndpoints.quote(aliases.getOrDefault(issuer, issuer))
                + ",\"subject\":" + AdminEndpoints.quote(token.owner().subject())
                + ",\"upstream\":" + AdminEndpoints.quote(token.owner().upstream())
                + ",\"server\":" + AdminEndpoints.quote(token.server())
                + ",\"scopes\":" + AdminEndpoints.quote(String.join(" ", token.scopes()))
                + ",\"granted_at\":" + AdminEndpoints.quote(token.grantedAt().toString())
                + ",\"expires_at\":" + AdminEndpoints.quote(token.expiresAt().toString())
                + ",\"renews\":" + token.refresh().isPresent() + "}";
    }

    private void revoke(Exchange exchange, String operator) {
        JsonDocument order = order(exchange);
        String issuer = text(order, "issuer");
        String subject = text(order, "subject");
        String upstream = text(order, "upstream");
        String reason = text(order, "reason");
        if (subject.isEmpty() && upstream.isEmpty()) {
            throw bad("name a subject, an upstream, or both");
        }
        if (!issuer.isEmpty() && !identifiers.containsKey(issuer)) {
            throw bad("issuer must be one of " + identifiers.keySet());
        }
        if (reason.isEmpty() || reason.length() > REASON_MAX) {
            throw bad("reason must have 1 to " + REASON_MAX + " characters");
        }
        Optional<Integer> revoked = consent.revoke(
                owner -> (subject.isEmpty() || owner.subject().equals(subject))
                        && (upstream.isEmpty() || owner.upstream().equals(upstream))
                        && (issuer.isEmpty() || owner.issuer().equals(identifiers.get(issuer))),
                new Source(exchange.remoteAddress(), exchange.remotePort(), ""),
                operator,
                reason);
        if (revoked.isEmpty()) {
            throw new Refused(Refusal.saying(
                    Reason.NOT_DONE, "the tokens are used no more, but a file of theirs could not be deleted"));
        }
        AdminEndpoints.json(exchange, 200, "{\"revoked\":" + revoked.get() + "}\n");
    }

    private JsonDocument order(Exchange exchange) {
        JsonDocument order;
        try {
            order = StrictJson.parse(bodies.read(exchange), LIMITS);
        } catch (JsonRefused malformed) {
            throw bad("the body is not strict JSON");
        }
        if (!order.is(JsonDocument.ROOT, Kind.OBJECT)) {
            throw bad("the body is not an object");
        }
        for (int member = order.first(JsonDocument.ROOT);
                member != JsonDocument.NONE;
                member = order.next(JsonDocument.ROOT, member)) {
            if (!MEMBERS.contains(order.name(member)) || !order.is(member, Kind.STRING)) {
                throw bad("known members are the texts "
                        + String.join(", ", MEMBERS.stream().sorted().toList()));
            }
        }
        return order;
    }

    private static String text(JsonDocument order, String member) {
        int node = order.at(Name.of(member));
        return order.is(node, Kind.STRING) ? order.string(node) : "";
    }

    private static Refused bad(String says) {
        return new Refused(Refusal.saying(Reason.BAD_ORDER, says));
    }
}
