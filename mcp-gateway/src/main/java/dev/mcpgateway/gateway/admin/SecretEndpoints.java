package dev.mcpgateway.gateway.admin;

import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.secrets.SecretAge;
import dev.mcpgateway.gateway.secrets.SecretAges;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /secrets}: which secrets there are and how old they are; never a value. */
public final class SecretEndpoints {
    private final SecretAges ages;
    private final AdminTokens tokens;
    private final InstantSource clock;

    /** Tells these ages to those with a token. */
    public SecretEndpoints(SecretAges ages, AdminTokens tokens, InstantSource clock) {
        this.ages = ages;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** The rows of the port's table. */
    public List<Route> routes() {
        return List.of(new Route("/secrets", Set.of("GET"), Access.AUTHENTICATED, false, this::list));
    }

    private void list(Exchange exchange) {
        tokens.authenticate(exchange);
        Instant now = clock.instant();
        AdminEndpoints.json(
                exchange,
                200,
                ages.all().stream()
                        .map(age -> json(age, now))
                        .collect(Collectors.joining(",", "{\"secrets\":[", "]}\n")));
    }

    private static String json(SecretAge age, Instant now) {
        Instant since = age.since();
        return "{\"name\":" + AdminEndpoints.quote(age.name())
                + ",\"first_seen\":" + time(age.firstSeen())
                + ",\"rotated\":" + time(age.rotated())
                + ",\"age_days\":"
                + (since == null ? "null" : Duration.between(since, now).toDays())
                + ",\"old\":" + (since != null && !now.isBefore(since.plus(SecretAges.OLD)))
                + ",\"problem\":" + AdminEndpoints.quote(age.problem())
                + "}";
    }

    private static String time(@Nullable Instant time) {
        return time == null ? "null" : AdminEndpoints.quote(time.toString());
    }
}
