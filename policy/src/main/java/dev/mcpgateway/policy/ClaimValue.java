package dev.mcpgateway.policy;

import java.math.BigDecimal;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NumericNode;

/**
 * A value that a claim is compared with. Equality is typed: text equals text, a number a number of the same value
 * ({@code 1} and {@code 1.0}), a boolean a boolean, and nothing else.
 */
public sealed interface ClaimValue {

    /** Text, compared character by character. */
    record Text(String value) implements ClaimValue {}

    /** A number, compared by value. */
    record Decimal(BigDecimal value) implements ClaimValue {

        /** Strips trailing zeros so that equal numbers are equal records. */
        public Decimal {
            value = value.stripTrailingZeros();
        }
    }

    /** A boolean. */
    record Flag(boolean value) implements ClaimValue {}

    /** The claim value of a JSON string, finite number or boolean; nothing for any other JSON. */
    static Optional<ClaimValue> of(JsonNode node) {
        if (node.isString()) {
            return Optional.of(new Text(node.stringValue()));
        }
        if (node.isBoolean()) {
            return Optional.of(new Flag(node.booleanValue()));
        }
        if (node instanceof NumericNode number && !number.isNaN()) {
            return Optional.of(new Decimal(node.decimalValue()));
        }
        return Optional.empty();
    }
}
