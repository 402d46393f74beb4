package dev.mcpgateway.policy.arguments;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates how large a regular expression grows when its counted repetitions are written out, before a compiler does
 * so: {@code ((a{1000}){1000}){1000}} is short and needs gigabytes.
 */
final class RepeatSize {

    private final String expression;
    private int at;

    private RepeatSize(String expression) {
        this.expression = expression;
    }

    /** An upper estimate in single-character steps; saturates at {@link Integer#MAX_VALUE}. */
    static long of(String expression) {
        return new RepeatSize(expression).estimate();
    }

    private long estimate() {
        Deque<Long> outer = new ArrayDeque<>();
        long size = 0;
        long atom = 0;
        while (at < expression.length()) {
            char c = expression.charAt(at);
            switch (c) {
                case '(' -> {
                    outer.push(size + atom);
                    size = 0;
                    atom = 0;
                    at++;
                }
                case ')' -> {
                    atom = size + atom + 1;
                    size = outer.isEmpty() ? 0 : outer.pop();
                    at++;
                }
                case '{' -> atom = Math.min(Integer.MAX_VALUE, atom * repetitions());
                case '[' -> {
                    size += atom;
                    atom = 1;
                    skipClass();
                }
                default -> {
                    size += atom;
                    atom = 1;
                    at += c == '\\' ? escapeLength() : 1;
                }
            }
            size = Math.min(Integer.MAX_VALUE, size);
        }
        return Math.min(Integer.MAX_VALUE, size + atom);
    }

    /** The larger number of {@code {n}}, {@code {n,}} or {@code {n,m}}; 1 for a brace that counts nothing. */
    private long repetitions() {
        int close = expression.indexOf('}', at);
        String counts = close < 0 ? "" : expression.substring(at + 1, close);
        if (!counts.matches("[0-9]{1,9}(?:,[0-9]{0,9})?")) {
            at++;
            return 1;
        }
        at = close + 1;
        int comma = counts.indexOf(',');
        String last = comma == counts.length() - 1 || comma < 0 ? counts.replace(",", "") : counts.substring(comma + 1);
        return Math.max(1, Long.parseLong(last));
    }

    private void skipClass() {
        at++;
        while (at < expression.length() && expression.charAt(at) != ']') {
            at += expression.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    /** {@code \p{Name}} and {@code \x{1F600}} carry braces that count nothing. */
    private int escapeLength() {
        if (expression.startsWith("{", at + 2)) {
            char kind = expression.charAt(at + 1);
            int close = expression.indexOf('}', at);
            if ((kind == 'p' || kind == 'P' || kind == 'x') && close > 0) {
                return close + 1 - at;
            }
        }
        return 2;
    }
}
