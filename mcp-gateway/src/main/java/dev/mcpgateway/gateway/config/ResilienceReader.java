package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.mcp.BreakerSettings;
import dev.mcpgateway.connectors.mcp.NamePattern;
import dev.mcpgateway.gateway.config.GatewayConfig.Breaker;
import dev.mcpgateway.gateway.config.GatewayConfig.Resilience;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code breaker} and {@code idempotent} of an upstream. */
final class ResilienceReader {
    private static final int CALLS_MAX = 10_000;
    private static final Duration OPEN_MIN = Duration.ofMillis(100);
    private static final Duration OPEN_MAX = Duration.ofHours(1);

    private ResilienceReader() {}

    static Resilience resilience(YamlObject upstream) {
        return new Resilience(breaker(upstream.optional("breaker")), idempotent(upstream));
    }

    private static Optional<Breaker> breaker(Optional<YamlValue> value) {
        if (value.isEmpty()) {
            BreakerSettings d = BreakerSettings.DEFAULT;
            return Optional.of(new Breaker(d.failuresPercent(), d.windowCalls(), d.callsMin(), d.open()));
        }
        if (value.get().isObject()) {
            return Optional.of(breaker(value.get().object()));
        }
        if (!value.get().isText() || !value.get().text().equals("off")) {
            value.get().problem("it must be off or a mapping", "{failures_percent, window_calls, min_calls, open_ms}");
        }
        return Optional.empty();
    }

    private static Breaker breaker(YamlObject entry) {
        BreakerSettings d = BreakerSettings.DEFAULT;
        int window = (int) entry.integer("window_calls", 1, CALLS_MAX, d.windowCalls());
        Breaker breaker = new Breaker(
                (int) entry.integer("failures_percent", 1, 100, d.failuresPercent()),
                window,
                Math.min(window, (int) entry.integer("min_calls", 1, CALLS_MAX, d.callsMin())),
                entry.millis("open_ms", OPEN_MIN, OPEN_MAX, d.open()));
        entry.rejectUnknownKeys();
        return breaker;
    }

    private static List<String> idempotent(YamlObject upstream) {
        List<String> patterns = new ArrayList<>();
        upstream.optional("idempotent").stream()
                .flatMap(value -> value.oneOrMore().stream())
                .forEach(each -> {
                    String pattern = each.text();
                    if (each.isText() && (pattern.isEmpty() || pattern.length() > NamePattern.CHARS_MAX)) {
                        each.problem("it must have 1 to " + NamePattern.CHARS_MAX + " characters", "");
                    }
                    patterns.add(pattern);
                });
        return patterns;
    }
}
