package dev.mcpgateway.gateway.config;

import dev.mcpgateway.policy.yaml.YamlObject;
import java.time.Duration;

/** Reads {@code limits}; what is left out keeps its default. */
final class LimitsReader {
    private static final long BODIES_BYTES_MAX = 1L << 40;
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Duration GRACE_MAX = Duration.ofDays(30);

    private LimitsReader() {}

    static Limits limits(YamlObject section) {
        Limits d = Limits.DEFAULTS;
        Limits limits = new Limits(
                bytes(section, "request_bytes", d.requestBytes()),
                section.optional("bodies_bytes").stream()
                        .mapToLong(value -> value.integer(1024, BODIES_BYTES_MAX))
                        .findFirst(),
                bytes(section, "header_bytes", d.headerBytes()),
                bytes(section, "arguments_bytes", d.argumentsBytes()),
                bytes(section, "reply_bytes", d.replyBytes()),
                bytes(section, "result_bytes", d.resultBytes()),
                (int) section.integer("json_depth", 8, 512, d.jsonDepth()),
                millis(section, "header_timeout_ms", d.headerTimeout()),
                millis(section, "body_timeout_ms", d.bodyTimeout()),
                millis(section, "answer_timeout_ms", d.answerTimeout()),
                millis(section, "idle_timeout_ms", d.idleTimeout()),
                millis(section, "keep_alive_ms", d.keepAlive()),
                count(section, "connections", d.connections()),
                count(section, "calls_per_minute", d.callsPerMinute()),
                (int) section.integer("auth_failures_per_minute", 0, 1_000_000, d.authFailuresPerMinute()),
                count(section, "sessions", d.sessions()),
                count(section, "sessions_per_caller", d.sessionsPerCaller()),
                count(section, "streams", d.streams()),
                count(section, "streams_per_caller", d.streamsPerCaller()),
                count(section, "model_calls_per_caller", d.modelCallsPerCaller()),
                section.seconds("session_idle_s", Duration.ofSeconds(1), LONGEST, d.sessionIdle()),
                count(section, "list_tools", d.listTools()),
                section.millis("list_ttl_ms", Duration.ZERO, LONGEST, d.listTtl()),
                section.seconds("refresh_interval_s", Duration.ofSeconds(1), LONGEST, d.refreshInterval()),
                millis(section, "input_wait_ms", d.inputWait()),
                section.seconds("drain_timeout_s", Duration.ZERO, Duration.ofMinutes(30), d.drainTimeout()),
                section.seconds("catalogue_grace_s", Duration.ZERO, GRACE_MAX, d.catalogueGrace()));
        if (limits.replyBytes() < limits.resultBytes()) {
            section.problem("reply_bytes", "it must not be smaller than result_bytes", "");
        }
        section.rejectUnknownKeys();
        return limits;
    }

    /** What may be sent must have room. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        int longest = config.longestRequestBytes();
        if (config.limits().bodiesBytes().orElse(Long.MAX_VALUE) < longest) {
            root.object("limits")
                    .ifPresent(
                            section -> section.problem(
                                    "bodies_bytes",
                                    "it must not be smaller than the largest request_bytes, " + longest,
                                    "Raise it, or lower request_bytes: there is one in limits and one in models, each with its default"));
        }
    }

    private static int bytes(YamlObject section, String key, int fallback) {
        return (int) section.integer(key, 1024, 1 << 30, fallback);
    }

    private static int count(YamlObject section, String key, int fallback) {
        return (int) section.integer(key, 1, Integer.MAX_VALUE, fallback);
    }

    private static Duration millis(YamlObject section, String key, Duration fallback) {
        return section.millis(key, SHORTEST, LONGEST, fallback);
    }
}
