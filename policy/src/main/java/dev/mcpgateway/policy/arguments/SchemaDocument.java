package dev.mcpgateway.policy.arguments;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NumericNode;

/** Checks the size of a schema document before anything recursive touches it. */
final class SchemaDocument {

    /** Magnitude of a number in a schema, as a power of ten; see {@link PayloadLimits#exponentMax()}. */
    private static final int EXPONENT_MAX = 400;

    private SchemaDocument() {}

    private record Level(JsonNode node, int depth) {}

    /** Throws {@link Unenforceable} when {@code schema} exceeds {@code bounds}. Iterative: depth cannot exhaust the stack. */
    static void check(JsonNode schema, SchemaBounds bounds) {
        Deque<Level> open = new ArrayDeque<>();
        open.push(new Level(schema, 1));
        int nodes = 0;
        long chars = 0;
        while (!open.isEmpty()) {
            Level level = open.pop();
            if (level.depth() > bounds.depthMax()) {
                throw new Unenforceable("it is nested deeper than " + bounds.depthMax() + " levels");
            }
            if (++nodes > bounds.nodesMax()) {
                throw new Unenforceable("it has more than " + bounds.nodesMax() + " values");
            }
            chars += chars(level.node());
            if (chars > bounds.charsMax()) {
                throw new Unenforceable("it has more than " + bounds.charsMax() + " characters");
            }
            for (JsonNode child : level.node()) {
                open.push(new Level(child, level.depth() + 1));
            }
        }
    }

    private static long chars(JsonNode node) {
        if (node.isString()) {
            return node.stringValue().length();
        }
        if (node instanceof NumericNode number) {
            checkNumber(number);
        }
        long names = 0;
        if (node.isObject()) {
            for (String name : node.propertyNames()) {
                names += name.length();
            }
        }
        return names;
    }

    private static void checkNumber(NumericNode node) {
        if (node.isNaN()) {
            throw new Unenforceable("it holds a number that is not finite");
        }
        BigDecimal number = node.decimalValue();
        long magnitude = number.signum() == 0 ? -(long) number.scale() : (long) number.precision() - number.scale();
        if (Math.abs(magnitude) > EXPONENT_MAX) {
            throw new Unenforceable("it holds a number beyond 1e±" + EXPONENT_MAX);
        }
    }
}
