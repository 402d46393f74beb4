package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.Pkce;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Users on their way to what they have agreed to, by the token of the step that is next. Apart from the consents under
 * way: anybody can begin a visit, and must not crowd those out.
 */
final class Visits {
    /** From the first step to the last. */
    private static final Duration LIFE = Duration.ofMinutes(10);

    /** Most visits. */
    static final int VISITS_MAX = 10_000;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, Visit> byToken = new LinkedHashMap<>();

    /** How far one user has come. */
    sealed interface Visit {
        /** The cookie of the browser. */
        String browser();

        /** When it is too late. */
        Instant until();
    }

    /**
     * The browser was sent to log in.
     *
     * @param issuer identifier of the issuer
     */
    record LoggingIn(String issuer, String browser, Login.Attempt attempt, Instant until) implements Visit {}

    /** This user of this issuer reads the list. */
    record Reading(String issuer, String subject, String browser, Instant until) implements Visit {}

    /** {@code random} must be cryptographically strong. */
    Visits(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** When what begins now ends. */
    Instant end() {
        return clock.instant().plus(LIFE);
    }

    /** The token of the next step; beyond the limit the oldest visit goes. */
    synchronized String put(Visit visit) {
        Instant now = clock.instant();
        byToken.values().removeIf(each -> !now.isBefore(each.until()));
        if (byToken.size() >= VISITS_MAX) {
            Iterator<String> first = byToken.keySet().iterator();
            first.next();
            first.remove();
        }
        String token = Pkce.unguessable(random);
        byToken.put(token, visit);
        return token;
    }

    /** The visit at this step; empty if there is none any more, or it is at another. The token is used up. */
    synchronized <T extends Visit> Optional<T> take(String token, Class<T> step) {
        Visit visit = byToken.get(token);
        if (!step.isInstance(visit)) {
            return Optional.empty();
        }
        byToken.remove(token);
        return Optional.of(step.cast(visit)).filter(each -> clock.instant().isBefore(each.until()));
    }
}
