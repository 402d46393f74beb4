package dev.mcpgateway.samples.calltoken;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The arguments of one request, as a call token binds them.
 *
 * @param canonical SHA-256 of their canonical form (RFC 8785), base64url; empty when a number would not survive in it
 * @param raw SHA-256 of their bytes as they came
 */
record Arguments(Optional<String> canonical, String raw) {
    /** What absent arguments count as. */
    static final Arguments NONE = of("{}".getBytes(StandardCharsets.UTF_8), Optional.of("{}"));

    private static Arguments of(byte[] raw, Optional<String> canonical) {
        return new Arguments(canonical.map(text -> sha256(text.getBytes(StandardCharsets.UTF_8))), sha256(raw));
    }

    /** Reads the object at which the parser stands; the parser stands at its end afterwards. */
    static Arguments read(JsonParser parser, byte[] body) {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        Optional<String> canonical = value(parser);
        int end = (int) parser.currentLocation().getByteOffset();
        return of(Arrays.copyOfRange(body, start, end), canonical);
    }

    /** The canonical text of a value; empty when it has none. The parser goes on to the value's end in any case. */
    private static Optional<String> value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
            default -> Optional.of(parser.getString());
        };
    }

    private static Optional<String> object(JsonParser parser) {
        Map<String, String> members = new TreeMap<>();
        boolean whole = true;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Optional<String> key = text(name);
            Optional<String> value = value(parser);
            whole &= key.isPresent() && value.isPresent();
            members.put(name, key.orElse("") + ":" + value.orElse(""));
        }
        return whole ? Optional.of("{" + String.join(",", members.values()) + "}") : Optional.empty();
    }

    private static Optional<String> array(JsonParser parser) {
        StringBuilder elements = new StringBuilder();
        boolean whole = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Optional<String> element = value(parser);
            whole &= element.isPresent();
            elements.append(elements.isEmpty() ? "" : ",").append(element.orElse(""));
        }
        return whole ? Optional.of("[" + elements + "]") : Optional.empty();
    }

    /** A number as ECMAScript writes it; empty when a double is another number. */
    static Optional<String> number(String written) {
        BigDecimal exact = new BigDecimal(written);
        double value = exact.doubleValue();
        if (Double.isInfinite(value) || (value == 0 && exact.signum() != 0)) {
            return Optional.empty();
        }
        if (value == 0) {
            return Optional.of("0");
        }
        BigDecimal shortest = shortest(Math.abs(value));
        return exact.abs().compareTo(shortest) == 0
                ? Optional.of((value < 0 ? "-" : "") + ecmaScript(shortest))
                : Optional.empty();
    }

    private static BigDecimal shortest(double value) {
        BigDecimal all = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            BigDecimal some = all.round(new MathContext(digits));
            if (some.doubleValue() == value) {
                return some.stripTrailingZeros();
            }
        }
        return all.round(new MathContext(17)).stripTrailingZeros();
    }

    private static String ecmaScript(BigDecimal value) {
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= -6 && exponent < 21) {
            return value.toPlainString();
        }
        String digits = value.unscaledValue().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "" : "+") + exponent;
    }

    private static Optional<String> text(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                quoted.append(c).append(text.charAt(++i));
            } else if (Character.isSurrogate(c)) {
                return Optional.empty();
            } else {
                append(quoted, c);
            }
        }
        return Optional.of(quoted.append('"').toString());
    }

    private static void append(StringBuilder quoted, char c) {
        switch (c) {
            case '"', '\\' -> quoted.append('\\').append(c);
            case '\b' -> quoted.append("\\b");
            case '\t' -> quoted.append("\\t");
            case '\n' -> quoted.append("\\n");
            case '\f' -> quoted.append("\\f");
            case '\r' -> quoted.append("\\r");
            default -> {
                if (c < 0x20) {
                    quoted.append(String.format("\\u%04x", (int) c));
                } else {
                    quoted.append(c);
                }
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
