package dev.mcpgateway.gateway.config;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Set;

/**
 * Some hours of some days of each week.
 *
 * @param days the days on which it begins
 * @param from when it begins
 * @param to when it ends; on the next day if that is not after {@code from}
 * @param zone by whose clocks
 */
public record ChangeWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {
    /** Copies the set. */
    public ChangeWindow {
        days = Set.copyOf(days);
    }

    /** Whether the instant is in it. */
    public boolean covers(Instant instant) {
        ZonedDateTime there = instant.atZone(zone);
        LocalTime time = there.toLocalTime();
        DayOfWeek day = there.getDayOfWeek();
        if (from.isBefore(to)) {
            return days.contains(day) && !time.isBefore(from) && time.isBefore(to);
        }
        return (days.contains(day) && !time.isBefore(from)) || (days.contains(day.minus(1)) && time.isBefore(to));
    }
}
