package dev.mcpgateway.gateway.model.money;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/** For how long a budget holds before it begins anew, in UTC. */
public enum Period {
    /** A minute; what is refused may be tried again when the next one begins. */
    MINUTE,
    /** An hour. */
    HOUR,
    /** A day. */
    DAY,
    /** A month. */
    MONTH,
    /** For ever. */
    TOTAL;

    /** A span of time in seconds since 1970, the end excluded. */
    record Span(long from, long to) {}

    /** The one that this time is in. */
    Span at(Instant time) {
        ZonedDateTime now = time.atZone(ZoneOffset.UTC);
        return switch (this) {
            case MINUTE -> span(now.truncatedTo(ChronoUnit.MINUTES), ChronoUnit.MINUTES);
            case HOUR -> span(now.truncatedTo(ChronoUnit.HOURS), ChronoUnit.HOURS);
            case DAY -> span(now.truncatedTo(ChronoUnit.DAYS), ChronoUnit.DAYS);
            case MONTH -> span(now.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1), ChronoUnit.MONTHS);
            case TOTAL -> new Span(0, Long.MAX_VALUE);
        };
    }

    private static Span span(ZonedDateTime from, ChronoUnit unit) {
        return new Span(from.toEpochSecond(), from.plus(1, unit).toEpochSecond());
    }
}
