package dev.mcpgateway.policy.yaml;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The meaning of a plain (unquoted) scalar: JSON's {@code null}, {@code true}, {@code false} and numbers, everything
 * else text. What the core schema of YAML 1.2 reads as another type ({@code ~}, {@code True}, {@code 0x1F}, {@code +5}), or
 * YAML 1.1 as a number, is refused, so that no other tool sees a different policy than the product does. {@code yes},
 * {@code no}, {@code on} and {@code off} are text, as in YAML 1.2; a reader that wants a boolean refuses them.
 */
sealed interface PlainScalar {

    /** Characters of a number; JSON numbers of requests have the same bound. */
    int NUMBER_CHARS_MAX = 100;

    /** Magnitude of a number as a power of ten: beyond it arithmetic becomes an attack, not a value. */
    int EXPONENT_MAX = 400;

    Pattern NUMBER = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");

    Pattern NOT_FINITE = Pattern.compile("[+-]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

    /** Words that the core schema of YAML 1.2 takes for booleans and null, in lower case; JSON knows one spelling each. */
    Set<String> WORDS = Set.of("~", "null", "true", "false");

    /** Octal, hexadecimal, binary and sexagesimal numbers, signs, separators and missing digits of YAML 1.1 and 1.2. */
    Pattern NUMBER_ELSEWHERE = Pattern.compile("[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+"
            + "|[0-9][0-9_]*(?:\\.[0-9_]*)?(?:[eE][+-]?[0-9]+)?|\\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?"
            + "|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?)");

    /** The JSON value of the scalar. */
    record Value(JsonNode value) implements PlainScalar {}

    /** Why the scalar is refused, and what to write instead. */
    record Unclear(String message, String hint) implements PlainScalar {}

    /** Reads {@code text}. */
    static PlainScalar of(String text) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (text.isEmpty() || text.equals("null")) {
            return new Value(json.nullNode());
        }
        if (text.equals("true") || text.equals("false")) {
            return new Value(json.booleanNode(text.equals("true")));
        }
        if (NUMBER.matcher(text).matches()) {
            return number(text);
        }
        if (NOT_FINITE.matcher(text).matches()) {
            return new Unclear("the number is not finite", "Write a finite number, or quote it if it is text");
        }
        if (WORDS.contains(text.toLowerCase(Locale.ROOT))
                || NUMBER_ELSEWHERE.matcher(text).matches()) {
            return new Unclear(
                    "'" + text + "' means different things to different YAML readers",
                    "Quote it if it is text; write true, false, null or a decimal number otherwise");
        }
        return new Value(json.stringNode(text));
    }

    private static PlainScalar number(String text) {
        if (text.length() > NUMBER_CHARS_MAX) {
            return new Unclear("the number has more than " + NUMBER_CHARS_MAX + " characters", "Shorten or quote it");
        }
        try {
            BigDecimal number = new BigDecimal(text);
            long magnitude = (long) number.precision() - number.scale();
            if (number.signum() == 0
                    ? Math.abs((long) number.scale()) <= EXPONENT_MAX
                    : Math.abs(magnitude) <= EXPONENT_MAX) {
                return new Value(JsonNodeFactory.instance.numberNode(number));
            }
        } catch (NumberFormatException exponentBeyondInt) {
            // falls through to the same answer as any other exponent that is too large
        }
        return new Unclear("the number is out of range", "Its magnitude must lie within 1e±" + EXPONENT_MAX);
    }
}
