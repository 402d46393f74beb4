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
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            throw new TypeConversionException("write 2026-11-21T04:49:00Z, or 2026-11-21");
        }
    }
}
