package dev.mcpgateway.connectors.mcp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is done about an upstream that fails.
 *
 * @param breaker when it is left alone; empty for never
 * @param idempotent tools that may be called a second time when the first call was lost, by the upstream's own names
 * @param repeatPause longest pause before the second time; a random part of up to one half is cut off
 */
public record ResilienceSettings(
        Optional<BreakerSettings> breaker, List<NamePattern> idempotent, Duration repeatPause) {

    /** Long enough for a connection to be opened anew, short enough for whoever waits. */
    public static final Duration REPEAT_PAUSE_DEFAULT = Duration.ofMillis(200);

    /** A breaker with its defaults; nothing is called twice. */
    public static final ResilienceSettings DEFAULT =
            new ResilienceSettings(Optional.of(BreakerSettings.DEFAULT), List.of(), REPEAT_PAUSE_DEFAULT);

    /** Copies the list and checks the pause. */
    public ResilienceSettings {
        idempotent = List.copyOf(idempotent);
        if (repeatPause.isNegative()) {
            throw new IllegalArgumentException("a pause is not negative");
        }
    }

    boolean mayRepeat(String tool) {
        return idempotent.stream().anyMatch(pattern -> pattern.matches(tool));
    }
}
