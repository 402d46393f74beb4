package dev.mcpgateway.policy.arguments;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A schema inside a schema document and the schemas it applies, each as its index in {@link SchemaGraph#subschemas()}.
 * Mutable only while the graph is built.
 */
final class Subschema {

    /** Cost of evaluating it once: 1, and half an evaluation for each instruction of its patterns. */
    long weight = 1;

    /** Applied to the same value: {@code $ref}, {@code allOf}, {@code anyOf}, {@code if}, … */
    final List<Integer> inPlace = new ArrayList<>();

    /** Applied to the member of that name. */
    final Map<String, Integer> members = new LinkedHashMap<>();

    /** Applied to members that {@link #members} does not name. */
    final List<Integer> otherMembers = new ArrayList<>();

    /** Applied to members of any name, as far as can be told without matching patterns. */
    final List<Integer> anyMember = new ArrayList<>();

    /** Applied to the name of a member. */
    final List<Integer> names = new ArrayList<>();

    /** Applied to the item at that index. */
    final List<Integer> items = new ArrayList<>();

    /** Applied to items at any index. */
    final List<Integer> anyItem = new ArrayList<>();
}
