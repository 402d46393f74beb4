package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.credential.KeyPair;
import dev.mcpgateway.connectors.model.KeyedProvider.Rotation;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.credentials.ProviderKeys;
import dev.mcpgateway.gateway.secrets.SecretAge;
import dev.mcpgateway.gateway.secrets.SecretAges;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /credentials}: the keys of providers, their age and what became of them; and their renewal. Never a key. */
public final class CredentialEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(CredentialEndpoints.class);
    private static final Set<String> MEMBERS = Set.of("provider", "reason");
    private static final List<String> PARTS =
            List.of("", ".secret_access_key", ".access_key_id", ".session_token", ".assertion.private_key", ".token");

    private final ProviderKeys keys;
    private final SecretAges ages;
    private final AdminTokens tokens;
    private final AuditLog audit;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final BoundedBody bodies;

    /** Endpoints over these keys. */
    public CredentialEndpoints(
            ProviderKeys keys,
            SecretAges ages,
            AdminTokens tokens,
            AuditLog audit,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.keys = keys;
        this.ages = ages;
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.bodies = Order.bodies(nanoClock);
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(
                new Route("/credentials", Set.of("GET"), Access.AUTHENTICATED, false, this::list),
                new Route("/credentials/rotate", Set.of("POST"), Access.AUTHENTICATED, true, this::rotate));
    }

    private void list(Exchange exchange) {
        tokens.authenticate(exchange);
        Map<String, SecretAge> byName = ages.all().stream().collect(Collectors.toMap(SecretAge::name, age -> age));
        Instant now = clock.instant();
        List<String> rows = new ArrayList<>();
        keys.states()
                .forEach((provider, states) -> states.forEach(state -> {
                    String name = "models.providers." + provider + ".credential"
                            + (state.name().equals(KeyPair.NEXT) ? "." + KeyPair.NEXT : "");
                    rows.add(json(provider, state, parts(name, byName), now));
                }));
        AdminEndpoints.json(exchange, 200, "{\"credentials\":[" + String.join(",", rows) + "]}\n");
    }

    /** What a key is kept as: first what is secret of it, by which its age counts; then what goes with it. */
    private static List<SecretAge> parts(String name, Map<String, SecretAge> byName) {
        return PARTS.stream()
                .flatMap(part -> Stream.ofNullable(byName.get(name + part)))
                .toList();
    }

    private static String json(String provider, KeyPair.State key, List<SecretAge> parts, Instant now) {
        SecretAge age = parts.isEmpty() ? null : parts.getFirst();
        Instant since = age == null ? null : age.since();
        String problem = parts.stream()
                .map(SecretAge::problem)
                .filter(each -> !each.isEmpty())
                .findFirst()
                .orElse("");
        return "{\"provider\":" + AdminEndpoints.quote(provider)
                + ",\"key\":" + AdminEndpoints.quote(key.name())
                + ",\"in_use\":" + key.inUse()
                + ",\"age_days\":"
                + (since == null ? "null" : Duration.between(since, now).toDays())
                + ",\"rotated\":" + time(age == null ? null : age.rotated())
                + ",\"old\":" + (since != null && !now.isBefore(since.plus(SecretAges.OLD)))
                + ",\"auth_failures\":" + key.refusals()
                + ",\"last_refused\":" + time(key.lastRefused())
                + ",\"problem\":" + AdminEndpoints.quote(problem)
                + key.shortLived()
                        .map(held -> ",\"kind\":\"short_lived\",\"held\":" + held.held() + ",\"next_end\":"
                                + time(held.nextEnd()))
                        .orElse(",\"kind\":\"static\"")
                + "}";
    }

    private static String time(@Nullable Instant time) {
        return time == null ? "null" : AdminEndpoints.quote(time.toString());
    }

    /** A renewal is not held back by the audit log: an hour of an incident is short. */
    private void rotate(Exchange exchange) throws InterruptedException {
        String operator = tokens.operator(exchange, AdminTokens.OPERATOR);
        Order order = Order.read(exchange, bodies, MEMBERS);
        String reason = order.reason();
        String one = order.text("provider");
        Collection<String> names = one.isEmpty() ? keys.names() : List.of(one);
        if (!keys.names().containsAll(names)) {
            throw Order.bad("no provider with keys has that name; there are " + String.join(", ", keys.names()));
        }
        long since = nanoClock.getAsLong();
        List<Rotation> rotations = keys.rotate(names);
        ages.look();
        boolean recorded = true;
        for (Rotation each : rotations) {
            LOG.atWarn()
                    .addKeyValue("provider", each.provider())
                    .addKeyValue("operator", operator)
                    .log("credentials rotated: {}", result(each));
            try {
                audit.append(new AdminAction(
                        Actor.NONE,
                        new Source(exchange.remoteAddress(), exchange.remotePort(), ""),
                        "credentials.rotate",
                        operator,
                        each.provider(),
                        result(each),
                        reason));
            } catch (AuditUnavailable failure) {
                recorded = false;
                LOG.error("a rotation is not in the audit log: {}", failure.getMessage());
            }
        }
        AdminEndpoints.json(
                exchange,
                200,
                "{\"rotations\":["
                        + rotations.stream().map(CredentialEndpoints::json).collect(Collectors.joining(","))
                        + "],\"millis\":" + TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - since)
                        + ",\"recorded\":" + recorded + "}\n");
    }

    private static String result(Rotation rotation) {
        return (rotation.isGood() ? "in use: " : "no key is taken, still in use: ")
                + rotation.inUse()
                + rotation.probes().stream()
                        .map(tried ->
                                ", " + tried.key() + " " + word(tried.probe().verdict()))
                        .collect(Collectors.joining());
    }

    private static String word(Enum<?> verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private static String json(Rotation rotation) {
        return "{\"provider\":" + AdminEndpoints.quote(rotation.provider())
                + ",\"good\":" + rotation.isGood()
                + ",\"in_use\":" + AdminEndpoints.quote(rotation.inUse())
                + ",\"keys\":["
                + rotation.probes().stream()
                        .map(tried -> "{\"key\":" + AdminEndpoints.quote(tried.key()) + ",\"verdict\":"
                                + AdminEndpoints.quote(word(tried.probe().verdict())) + ",\"detail\":"
                                + AdminEndpoints.quote(tried.probe().detail()) + "}")
                        .collect(Collectors.joining(","))
                + "],\"millis\":" + rotation.millis() + "}";
    }
}
