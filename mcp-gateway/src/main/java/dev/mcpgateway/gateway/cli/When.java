package dev.mcpgateway.gateway.cli;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time as operators write it: {@code 2026-11-21T04:49:00Z}, or the beginning of a day in UTC: {@code 2026-11-21}. */
final class When implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
        return read(text, false);
    }

    /** The same, where a day is its end, so that from a day to that day is the whole day. */
    static final class Latest implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            return read(text, true);
        }
    }

    private static Instant read(String text, boolean isEndOfDay) {
        try {
            if (text.length() != 10) {
                return Instant.parse(text);
            }
            LocalDate day = LocalDate.parse(text);
            return isEndOfDay
                    // times of the audit log have microseconds
                    ? start(day.plusDays(1)).minusNanos(1_000)
                    : start(day);
        } catch (DateTimeParseException malformed) {
            throw new TypeConversionException("write 2026-11-21T04:49:00Z, or 2026-11-21");
        }
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
