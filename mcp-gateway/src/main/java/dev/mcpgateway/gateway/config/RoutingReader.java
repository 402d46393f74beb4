package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.Routing.Breaker;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code models.routing}. */
final class RoutingReader {
    private static final Duration PAUSE_MIN = Duration.ofMillis(1);
    private static final Duration PAUSE_MAX = Duration.ofMinutes(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int RETRIES = 2;

    private RoutingReader() {}

    static Routing routing(YamlObject models) {
        Optional<YamlObject> section = models.object("routing");
        if (section.isEmpty()) {
            return Routing.PLAIN;
        }
        YamlObject entry = section.get();
        Routing plain = Routing.PLAIN;
        Duration first = entry.millis("first_pause_ms", PAUSE_MIN, PAUSE_MAX, plain.pauseFirst());
        Duration longest = entry.millis("longest_pause_ms", PAUSE_MIN, PAUSE_MAX, plain.pauseLongest());
        Routing routing = new Routing(
                (int) entry.integer("max_retries", 0, 5, RETRIES),
                (int) entry.integer("max_attempts", 1, 10, plain.attemptsMax()),
                first,
                longer(first, longest),
                (int) entry.integer("retry_budget_percent", 0, 100, plain.retryBudgetPercent()),
                breaker(entry.optional("breaker")));
        entry.rejectUnknownKeys();
        return routing;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    private static Optional<Breaker> breaker(Optional<YamlValue> value) {
        if (value.isEmpty()) {
            return Optional.of(Breaker.DEFAULT);
        }
        if (value.get().isObject()) {
            return Optional.of(breaker(value.get().object()));
        }
        if (!value.get().isText() || !value.get().text().equals("off")) {
            value.get()
                    .problem(
                            "it must be off or a mapping",
                            "{failures_percent, window_s, min_calls, open_s, longest_open_s}");
        }
        return Optional.empty();
    }

    private static Breaker breaker(YamlObject entry) {
        Breaker d = Breaker.DEFAULT;
        Duration open = entry.seconds("open_s", SECOND, HOUR, d.open());
        Breaker breaker = new Breaker(
                (int) entry.integer("failures_percent", 1, 99, d.failuresPercent()),
                entry.seconds("window_s", Duration.ofSeconds(10), HOUR, d.window()),
                (int) entry.integer("min_calls", 1, 10_000, d.callsMin()),
                open,
                longer(open, entry.seconds("longest_open_s", SECOND, Duration.ofDays(1), d.openLongest())));
        entry.rejectUnknownKeys();
        return breaker;
    }
}
