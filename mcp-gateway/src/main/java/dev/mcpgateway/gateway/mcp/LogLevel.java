package dev.mcpgateway.gateway.mcp;

import java.util.Locale;
import java.util.Optional;

/** Severity of a log message, from low to high (RFC 5424, MCP "Logging"). */
enum LogLevel {
    DEBUG,
    INFO,
    NOTICE,
    WARNING,
    ERROR,
    CRITICAL,
    ALERT,
    EMERGENCY;

    private final String text = name().toLowerCase(Locale.ROOT);

    /** As written in messages. */
    String text() {
        return text;
    }

    /** The level of that name, if there is one. */
    static Optional<LogLevel> of(String text) {
        for (LogLevel level : values()) {
            if (level.text.equals(text)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }

    /** Whether whoever asked for this level wants a message of the other. */
    boolean includes(LogLevel message) {
        return message.compareTo(this) >= 0;
    }
}
