package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.Pkce;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.gateway.consent.Flow.Asked;
import dev.mcpgateway.gateway.identity.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The flows under way, by the token of the step that is next. Taking a step uses its token up. */
final class Flows {
    /** From the agent's call to the last step. */
    static final Duration LIFE = Duration.ofMinutes(10);

    /** An offer that nobody has opened is made again to the same user while so much of its life is left. */
    private static final Duration OFFERED_AGAIN = Duration.ofMinutes(5);

    private static final int FLOWS_MAX = 10_000;

    /** Of one user; beyond, the oldest goes. */
    private static final int FLOWS_PER_USER = 8;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Map<String, Flow> byToken = new LinkedHashMap<>();

    /** {@code random} must be cryptographically strong. */
    Flows(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** The token that begins a flow. */
    synchronized String offer(Caller caller, Owner owner, Set<String> scopes) {
        Instant now = clock.instant();
        forgetExpired(now);
        String oldest = "";
        int ofUser = 0;
        for (Map.Entry<String, Flow> each : byToken.entrySet()) {
            Asked asked = each.getValue().asked();
            boolean sameUser = asked.owner().issuer().equals(owner.issuer())
                    && asked.owner().subject().equals(owner.subject());
            if (each.getValue() instanceof Flow.Offered
                    && asked.owner().equals(owner)
                    && asked.caller().key().equals(caller.key())
                    && asked.scopes().equals(scopes)
                    && now.plus(OFFERED_AGAIN).isBefore(asked.until())) {
                return each.getKey();
            }
            if (sameUser) {
                oldest = ofUser++ == 0 ? each.getKey() : oldest;
            }
        }
        if (ofUser >= FLOWS_PER_USER) {
            byToken.remove(oldest);
        }
        return put(new Flow.Offered(new Asked(caller, owner, scopes, now.plus(LIFE))));
    }

    /** The token of the next step. */
    synchronized String put(Flow flow) {
        if (byToken.size() >= FLOWS_MAX) {
            Iterator<String> first = byToken.keySet().iterator();
            first.next();
            first.remove();
        }
        String token = Pkce.unguessable(random);
        byToken.put(token, flow);
        return token;
    }

    /** The flow at this step; empty if there is none any more, or it is at another. The token is used up. */
    synchronized <T extends Flow> Optional<T> take(String token, Class<T> step) {
        Flow flow = byToken.get(token);
        if (!step.isInstance(flow)) {
            return Optional.empty();
        }
        byToken.remove(token);
        return Optional.of(step.cast(flow))
                .filter(each -> clock.instant().isBefore(each.asked().until()));
    }

    /** How many there are. */
    synchronized int size() {
        return byToken.size();
    }

    private void forgetExpired(Instant now) {
        byToken.values().removeIf(flow -> !now.isBefore(flow.asked().until()));
    }
}
