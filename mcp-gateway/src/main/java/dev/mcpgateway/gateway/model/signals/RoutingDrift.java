package dev.mcpgateway.gateway.model.signals;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the models that serve a tenant are others than before: the Jensen-Shannon divergence (base 2, 0 to 1) of the last
 * hour from the seven days before it. Asks for enough calls in both, and begins anew when somebody changed what is served on
 * purpose.
 */
public final class RoutingDrift {
    /** From this divergence on. */
    public static final double DIVERGENCE = 0.2;

    /** Fewest calls in the hour, and in the days before. */
    public static final int CALLS_MIN = 50;

    /** Most tenants that are watched. */
    static final int TENANTS_MAX = 500;

    private static final Duration QUIET = Duration.ofHours(1);

    private final PerKey<Tenant> tenants = new PerKey<>(TENANTS_MAX, Tenant::new);

    private static final class Tenant {
        private final Counts hour = new Counts(Duration.ofMinutes(10), 6);
        private final Counts week = new Counts(Duration.ofHours(6), 28);
        private Instant quietUntil = Instant.MIN;
    }

    /** None is known yet. */
    public RoutingDrift() {}

    /** A model served a call of the tenant. */
    public synchronized Optional<Signal> served(String tenant, String model, Instant now) {
        Tenant state = tenants.of(tenant);
        state.hour.add(model, now);
        state.week.add(model, now);
        if (now.isBefore(state.quietUntil)) {
            return Optional.empty();
        }
        Map<String, Long> hour = state.hour.sums(now);
        Map<String, Long> before = state.week.sums(now);
        hour.forEach((name, count) -> before.merge(name, -count, Long::sum));
        before.values().removeIf(count -> count <= 0);
        if (Counts.total(hour) < CALLS_MIN || Counts.total(before) < CALLS_MIN) {
            return Optional.empty();
        }
        double divergence = divergence(hour, before);
        if (divergence <= DIVERGENCE) {
            return Optional.empty();
        }
        state.quietUntil = now.plus(QUIET);
        return Optional.of(new Signal(
                Signal.Kind.ROUTING_DRIFT,
                tenant,
                most(hour),
                divergence,
                DIVERGENCE,
                "the models of the last hour are not those of the week: most calls are served by " + most(hour)
                        + ", before by " + most(before)));
    }

    /** Somebody changed what is served: what was before is no measure any more. */
    public synchronized void changed() {
        tenants.clear();
    }

    private static String most(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse("");
    }

    static double divergence(Map<String, Long> left, Map<String, Long> right) {
        double leftTotal = Counts.total(left);
        double rightTotal = Counts.total(right);
        Set<String> names = new HashSet<>(left.keySet());
        names.addAll(right.keySet());
        double divergence = 0;
        for (String name : names) {
            double p = left.getOrDefault(name, 0L) / leftTotal;
            double q = right.getOrDefault(name, 0L) / rightTotal;
            double mean = (p + q) / 2;
            divergence += part(p, mean) + part(q, mean);
        }
        return divergence;
    }

    private static double part(double share, double mean) {
        return share == 0 ? 0 : share / 2 * Math.log(share / mean) / Math.log(2);
    }
}
