package dev.mcpgateway.connectors.wire;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The canonical form of a JSON value (RFC 8785): two texts that mean the same have the same bytes. It has doubles for
 * numbers, so a value with a number that a double does not keep has no form: two different amounts would share one.
 */
public final class CanonicalJson {
    /** A number of so few digits, written plainly, is its own canonical form. */
    private static final int PLAIN_DIGITS_MAX = 15;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

    private CanonicalJson() {}

    /** The canonical bytes; empty when a number of the value would not survive. */
    public static Optional<byte[]> of(JsonDocument document, int node) {
        CanonicalJson form = new CanonicalJson();
        return form.value(document, node) ? Optional.of(form.out.toByteArray()) : Optional.empty();
    }

    private boolean value(JsonDocument document, int node) {
        return switch (document.kind(node)) {
            case OBJECT -> object(document, node);
            case ARRAY -> array(document, node);
            case STRING -> {
                text(document.string(node));
                yield true;
            }
            case NUMBER -> number(document.raw(node));
            case TRUE, FALSE, NULL -> {
                out.write(document.bytes(), document.start(node), document.length(node));
                yield true;
            }
        };
    }

    private boolean object(JsonDocument document, int object) {
        // String compares UTF-16 code units, which is the order that the RFC asks for
        TreeMap<String, Integer> members = new TreeMap<>();
        for (int each = document.first(object); each != JsonDocument.NONE; each = document.next(object, each)) {
            members.put(document.name(each), each);
        }
        out.write('{');
        boolean first = true;
        for (var member : members.entrySet()) {
            if (!first) {
                out.write(',');
            }
            first = false;
            text(member.getKey());
            out.write(':');
            if (!value(document, member.getValue())) {
                return false;
            }
        }
        out.write('}');
        return true;
    }

    private boolean array(JsonDocument document, int array) {
        out.write('[');
        for (int each = document.first(array); each != JsonDocument.NONE; each = document.next(array, each)) {
            if (each != document.first(array)) {
                out.write(',');
            }
            if (!value(document, each)) {
                return false;
            }
        }
        out.write(']');
        return true;
    }

    private boolean number(String written) {
        if (isPlain(written)) {
            ascii(written);
            return true;
        }
        double value = Double.parseDouble(written);
        if (Double.isInfinite(value)) {
            return false;
        }
        String text = number(value);
        ascii(text);
        return new BigDecimal(written).compareTo(new BigDecimal(text)) == 0;
    }

    private static boolean isPlain(String written) {
        boolean small = written.length() <= PLAIN_DIGITS_MAX && !written.startsWith("-0");
        return small && written.chars().skip(written.startsWith("-") ? 1 : 0).allMatch(c -> c >= '0' && c <= '9');
    }

    /** As ECMAScript writes a double (ECMA-262, Number::toString), the notation of RFC 8785. */
    static String number(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        // the value is 0.digits times ten to the power of point
        int point = digits.length() - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (point >= digits.length() && point <= 21) {
            return sign + digits + "0".repeat(point - digits.length());
        }
        if (point > 0 && point <= 21) {
            return sign + digits.substring(0, point) + "." + digits.substring(point);
        }
        if (point > -6 && point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        String exponent = (point > 0 ? "+" : "-") + Math.abs(point - 1);
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        return sign + digits.charAt(0) + fraction + "e" + exponent;
    }

    /** The fewest digits that make this double. Java's own text has two at least, where one may do. */
    private static BigDecimal shortest(double value) {
        BigDecimal written = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        if (written.precision() == 2) {
            BigDecimal one = written.round(new MathContext(1));
            if (one.doubleValue() == value) {
                return one.stripTrailingZeros();
            }
        }
        return written;
    }

    private void text(String text) {
        out.write('"');
        int at = 0;
        while (at < text.length()) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            character(point);
        }
        out.write('"');
    }

    private void character(int point) {
        switch (point) {
            case '"', '\\' -> escape(point);
            case '\b' -> escape('b');
            case '\t' -> escape('t');
            case '\n' -> escape('n');
            case '\f' -> escape('f');
            case '\r' -> escape('r');
            default -> {
                if (point < 0x20) {
                    ascii("\\u00");
                    out.write(HEX[point >> 4]);
                    out.write(HEX[point & 0xF]);
                } else if (point < 0x80) {
                    out.write(point);
                } else {
                    out.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    private void escape(int letter) {
        out.write('\\');
        out.write(letter);
    }

    private void ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
