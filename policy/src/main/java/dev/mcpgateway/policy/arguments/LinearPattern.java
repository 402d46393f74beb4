package dev.mcpgateway.policy.arguments;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.regex.RegularExpression;

/**
 * A {@code pattern} of a schema on RE2/J, whose time is linear in the text. What it cannot express without backtracking
 * (look-around, back-references, more than 1,000 repetitions) makes the schema {@link Unenforceable}.
 */
final class LinearPattern implements RegularExpression {

    /** Steps of one match, characters times instructions; a longer text matches nothing, which refuses it. */
    private static final long STEPS_MAX = 10_000_000;

    private final Pattern pattern;

    private LinearPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Compiles the ECMA-262 {@code expression}. */
    static LinearPattern compile(String expression, int sizeMax) {
        if (RepeatSize.of(expression) > sizeMax) {
            throw tooLarge(expression, sizeMax);
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(re2Syntax(expression));
        } catch (PatternSyntaxException notLinear) {
            throw new Unenforceable("its pattern " + Pointers.quoted(expression) + " cannot be matched in linear time: "
                    + notLinear.getDescription());
        }
        if (pattern.programSize() > sizeMax) {
            throw tooLarge(expression, sizeMax);
        }
        return new LinearPattern(pattern);
    }

    private static Unenforceable tooLarge(String expression, int sizeMax) {
        return new Unenforceable(
                "its pattern " + Pointers.quoted(expression) + " compiles to more than " + sizeMax + " instructions");
    }

    /** Instructions of the compiled pattern. */
    int size() {
        return pattern.programSize();
    }

    @Override
    public boolean matches(String text) {
        return (long) text.length() * pattern.programSize() <= STEPS_MAX
                && pattern.matcher(text).find();
    }

    /** {@code \}{@code uXXXX} is written {@code \x{XXXX}} in RE2, and {@code \/} needs no escape there. */
    private static String re2Syntax(String expression) {
        StringBuilder re2 = new StringBuilder(expression.length());
        int i = 0;
        while (i < expression.length()) {
            char c = expression.charAt(i);
            if (c != '\\' || i + 1 == expression.length()) {
                re2.append(c);
                i++;
            } else if (expression.substring(i).matches("(?s)\\\\u[0-9a-fA-F]{4}.*")) {
                re2.append("\\x{").append(expression, i + 2, i + 6).append('}');
                i += 6;
            } else {
                re2.append(c).append(expression.charAt(i + 1));
                i += 2;
            }
        }
        return re2.toString();
    }
}
