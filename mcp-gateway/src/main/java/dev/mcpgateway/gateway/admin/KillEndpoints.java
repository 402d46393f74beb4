package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.KillChanged;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.StrictJson;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.kill.Kill;
import dev.mcpgateway.gateway.kill.KillFormat;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.kill.KillTarget;
import dev.mcpgateway.gateway.model.incident.SecondOperator;
import dev.mcpgateway.policy.FeaturePattern;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /kill}: operators stop callers and tools, see who is stopped, and let them go on. Each change is in the audit log
 * with who, what and why. To stop somebody does not wait for the log; to let them go on does.
 */
public final class KillEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(KillEndpoints.class);
    private static final int BODY_BYTES_MAX = 16 << 10;
    private static final Duration BODY_DEADLINE = Duration.ofSeconds(10);
    private static final long EXPIRES_MAX_SECONDS = Duration.ofDays(3660).toSeconds();
    private static final JsonLimits LIMITS = JsonLimits.forRequests(BODY_BYTES_MAX, 2);
    private static final Set<String> SET = Set.of("kind", "value", "issuer", "reason", "expires_s");
    private static final Set<String> REMOVE = Set.of("id", "reason");

    private final KillSwitch kills;
    private final SecondOperator second;
    private final AdminTokens tokens;
    private final AuditLog audit;
    private final InstantSource clock;
    private final BoundedBody bodies;
    private final Map<String, String> issuers;
    private final Set<String> upstreams;

    /**
     * Endpoints over the switch.
     *
     * @param second who must agree that one ends
     * @param issuers identifiers of the issuers by alias
     * @param upstreams aliases of the upstreams
     */
    public KillEndpoints(
            KillSwitch kills,
            SecondOperator second,
            AdminTokens tokens,
            AuditLog audit,
            InstantSource clock,
            LongSupplier nanoClock,
            Map<String, String> issuers,
            Set<String> upstreams) {
        this.kills = kills;
        this.second = second;
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
        this.bodies = new BoundedBody(BODY_BYTES_MAX, BODY_DEADLINE, nanoClock);
        this.issuers = Map.copyOf(issuers);
        this.upstreams = Set.copyOf(upstreams);
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(new Route("/kill", Set.of("GET", "POST", "DELETE"), Access.AUTHENTICATED, true, this::handle));
    }

    private void handle(Exchange exchange) {
        String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
        switch (exchange.method()) {
            case "POST" -> set(exchange, operator);
            case "DELETE" -> remove(exchange, operator);
            default -> AdminEndpoints.json(exchange, 200, KillFormat.json(kills.all()));
        }
    }

    private void set(Exchange exchange, String operator) {
        JsonDocument order = order(exchange, SET);
        KillTarget target = target(order);
        String reason = reason(order);
        Optional<Duration> expires = expires(order);
        Instant until = expires.map(clock.instant()::plus).orElse(null);
        // an earlier end is an end, which is recorded before it is so
        if (kills.all().stream().anyMatch(each -> each.target().equals(target) && endsLater(each, until))) {
            throw bad("a stop of that is in force for longer: remove it first");
        }
        Optional<Kill> set = kills.set(target, reason, operator, until);
        if (set.isEmpty()) {
            throw bad("there are " + KillSwitch.KILLS_MAX + " stops already");
        }
        LOG.atWarn()
                .addKeyValue("kill", set.get().id())
                .addKeyValue("kind", target.kind().word())
                .addKeyValue("operator", operator)
                .log("stopped");
        boolean recorded = true;
        try {
            audit.append(event(exchange, set.get(), false, operator, reason));
        } catch (AuditUnavailable failure) {
            recorded = false;
            LOG.error("a stop is in force and not in the audit log: {}", failure.getMessage());
        }
        AdminEndpoints.json(
                exchange,
                200,
                "{\"kill\":" + KillFormat.json(set.get()) + ",\"saved\":"
                        + kills.problem().isEmpty() + ",\"recorded\":" + recorded + "}\n");
    }

    private static boolean endsLater(Kill kill, @Nullable Instant until) {
        Instant end = kill.until();
        return until != null && (end == null || until.isBefore(end));
    }

    private void remove(Exchange exchange, String operator) {
        JsonDocument order = order(exchange, REMOVE);
        String reason = reason(order);
        Kill kill = kills.find(text(order, "id")).orElseThrow(() -> bad("no stop has that id"));
        try {
            Optional<SecondOperator.Asked> asked =
                    second.wants("stop " + kill.id(), operator, reason, source(exchange));
            if (asked.isPresent()) {
                AdminEndpoints.json(exchange, 200, RestrictionEndpoints.asked(asked.get()));
                return;
            }
            audit.append(event(exchange, kill, true, operator, reason));
        } catch (AuditUnavailable failure) {
            throw new Refused(Refusal.of(Reason.AUDIT_UNAVAILABLE, String.valueOf(failure.getMessage())));
        }
        try {
            var _ = kills.remove(kill.id());
        } catch (IOException failure) {
            audit.append(event(exchange, kill, false, operator, "it goes on: the end could not be saved"));
            throw new Refused(Refusal.saying(Reason.NOT_DONE, "the change cannot be saved, so the stop goes on"));
        }
        LOG.atWarn()
                .addKeyValue("kill", kill.id())
                .addKeyValue("operator", operator)
                .log("goes on");
        AdminEndpoints.json(exchange, 200, "{\"removed\":" + KillFormat.json(kill) + "}\n");
    }

    /** Subjects and token ids are pseudonyms in the log, so that it names nobody in clear. */
    private KillChanged event(Exchange exchange, Kill kill, boolean removed, String operator, String reason) {
        KillTarget target = kill.target();
        String issuer = issuers.getOrDefault(target.issuer(), "");
        Actor whom = switch (target.kind()) {
            case SUBJECT, USER -> new Actor(issuer, target.value(), "", List.of(), "", "");
            case CLIENT -> new Actor(issuer, "", target.value(), List.of(), "", "");
            case TOKEN -> new Actor(issuer, "", "", List.of(), target.value(), "");
            case KEY -> new Actor(issuer, "", "", List.of(), "", "");
            case TOOL -> Actor.NONE;
        };
        boolean inClear = target.kind() == KillTarget.Kind.TOOL || target.kind() == KillTarget.Kind.KEY;
        Instant until = kill.until();
        return new KillChanged(
                Actor.NONE,
                source(exchange),
                removed,
                operator,
                kill.id(),
                target.kind().word(),
                whom,
                inClear ? target.value() : "",
                until == null ? "" : until.toString(),
                reason);
    }

    private static Source source(Exchange exchange) {
        return new Source(exchange.remoteAddress(), exchange.remotePort(), "");
    }

    private KillTarget target(JsonDocument order) {
        KillTarget.Kind kind = KillTarget.Kind.of(text(order, "kind"))
                .orElseThrow(() -> bad("kind must be token, subject, user, client, key or tool"));
        KillTarget target = new KillTarget(kind, text(order, "issuer"), text(order, "value"));
        target.problem().ifPresent(problem -> {
            throw bad(problem);
        });
        // a stop that names nobody stops nobody, and whoever set it believes that it does
        if (!target.issuer().isEmpty() && !issuers.containsKey(target.issuer())) {
            throw bad("no issuer has that alias; there are " + String.join(", ", issuers.keySet()));
        }
        if (kind == KillTarget.Kind.TOOL
                && FeaturePattern.parse(target.value())
                        .filter(pattern -> upstreams.contains(pattern.alias()))
                        .isEmpty()) {
            throw bad("no upstream has that alias; there are " + String.join(", ", upstreams));
        }
        return target;
    }

    private static String reason(JsonDocument order) {
        String reason = text(order, "reason");
        if (reason.isBlank()
                || reason.length() > KillSwitch.REASON_MAX
                || reason.chars().anyMatch(Character::isISOControl)) {
            throw bad("reason must have 1 to " + KillSwitch.REASON_MAX + " characters and no control characters");
        }
        return reason;
    }

    private static Optional<Duration> expires(JsonDocument order) {
        int node = order.at(Name.of("expires_s"));
        if (node == JsonDocument.NONE) {
            return Optional.empty();
        }
        String digits = order.is(node, Kind.NUMBER) ? order.raw(node) : "";
        if (!digits.matches("[1-9][0-9]{0,9}") || Long.parseLong(digits) > EXPIRES_MAX_SECONDS) {
            throw bad("expires_s must be a whole number from 1 to " + EXPIRES_MAX_SECONDS);
        }
        return Optional.of(Duration.ofSeconds(Long.parseLong(digits)));
    }

    private JsonDocument order(Exchange exchange, Set<String> known) {
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
            if (!known.contains(order.name(member))) {
                throw bad("known members are " + String.join(", ", known));
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
