package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import java.math.BigDecimal;
import java.time.Instant;

/** Members of a payload, read as what they must be: of the right JSON type, bounded, clean. Nothing is converted. */
record StrictClaims(JsonDocument payload) {
    /** Longest identifier in characters. */
    static final int TEXT_MAX = 256;

    /** NumericDate with more digits than this is no time of ours. */
    private static final int DATE_DIGITS_MAX = 17;

    /** The end of the year 9999: later times are no times, and sums with them would overflow. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    boolean has(Name claim) {
        return payload.at(claim) != JsonDocument.NONE;
    }

    /** A string that can stand in records and rules. */
    String text(Name claim, TokenStep step) throws BadToken {
        int node = payload.at(claim);
        if (!payload.is(node, Kind.STRING)) {
            throw new BadToken(step, claim + " is missing or no string");
        }
        return clean(payload.string(node), claim, step);
    }

    static String clean(String text, Name claim, TokenStep step) throws BadToken {
        if (text.isEmpty() || text.length() > TEXT_MAX || text.chars().anyMatch(Character::isISOControl)) {
            throw new BadToken(step, claim + " is empty, too long or has control characters");
        }
        return text;
    }

    /** A NumericDate in plain digits (RFC 7519, section 2), cut to the second. */
    Instant time(Name claim, TokenStep step) throws BadToken {
        int node = payload.at(claim);
        if (!payload.is(node, Kind.NUMBER) || payload.length(node) > DATE_DIGITS_MAX) {
            throw new BadToken(step, claim + " is missing or no number");
        }
        String digits = payload.raw(node);
        if (digits.indexOf('e') >= 0 || digits.indexOf('E') >= 0 || digits.startsWith("-")) {
            throw new BadToken(step, claim + " is no plain number");
        }
        long seconds = new BigDecimal(digits).longValue();
        if (seconds > SECONDS_MAX) {
            throw new BadToken(step, claim + " is out of range");
        }
        return Instant.ofEpochSecond(seconds);
    }
}
