package dev.mcpgateway.policy.rules;

import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Reads instants: RFC 3339 with an offset, or a plain date, which means its start in UTC. */
final class Timestamps {

    private Timestamps() {}

    static Optional<Instant> read(YamlObject owner, String key) {
        return owner.optional(key).flatMap(Timestamps::read);
    }

    private static Optional<Instant> read(YamlValue value) {
        String text = value.text();
        try {
            boolean date = text.indexOf('T') < 0;
            return Optional.of(
                    date
                            ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                            : OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException notATime) {
            if (value.isText()) {
                value.problem("'" + text + "' is no point in time", "Write 2026-11-01T00:00:00Z or 2026-11-01");
            }
            return Optional.empty();
        }
    }
}
