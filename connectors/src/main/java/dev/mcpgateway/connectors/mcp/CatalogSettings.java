package dev.mcpgateway.connectors.mcp;

import java.time.Duration;

/**
 * When the catalogue asks upstreams for their tools again.
 *
 * @param refreshInterval between two times, cut by a random part of up to one half
 * @param changeGap shortest time between two refreshes, however often an upstream announces changes
 * @param retryFirst pause after the first failure, doubled with each further one
 * @param retryLast longest pause between attempts at an upstream that is down
 * @param grace how long the last good list of an upstream that is down is kept; looked at with each failed attempt
 */
public record CatalogSettings(
        Duration refreshInterval, Duration changeGap, Duration retryFirst, Duration retryLast, Duration grace) {

    /** For upstreams that do not announce changes. */
    public static final Duration REFRESH_INTERVAL_DEFAULT = Duration.ofMinutes(5);

    /** An upstream that announces changes all the time costs one list per second. */
    public static final Duration CHANGE_GAP_DEFAULT = Duration.ofSeconds(1);

    /** An upstream that is just starting is found soon. */
    public static final Duration RETRY_FIRST_DEFAULT = Duration.ofSeconds(1);

    /** An upstream that comes back is found within a minute. */
    public static final Duration RETRY_LAST_DEFAULT = Duration.ofMinutes(1);

    /** An outage of a day is repaired or the end of the upstream. */
    public static final Duration GRACE_DEFAULT = Duration.ofHours(24);

    /** All defaults. */
    public static final CatalogSettings DEFAULT = new CatalogSettings(
            REFRESH_INTERVAL_DEFAULT, CHANGE_GAP_DEFAULT, RETRY_FIRST_DEFAULT, RETRY_LAST_DEFAULT, GRACE_DEFAULT);

    /** Checks the ranges. */
    public CatalogSettings {
        if (!refreshInterval.isPositive()
                || changeGap.isNegative()
                || !retryFirst.isPositive()
                || retryLast.compareTo(retryFirst) < 0
                || grace.isNegative()) {
            throw new IllegalArgumentException("intervals of the catalogue must be positive");
        }
    }
}
