package dev.mcpgateway.policy.arguments;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The form of a schema that is compiled: a copy in which every reference reads {@code #/$defs/rN} and leads to what
 * {@link SchemaGraph} found for it, so that the validator cannot resolve one to anything that was not bounded. The copy
 * names neither itself nor its dialect, and states numeric bounds as exact decimals, because the validator compares
 * whole-number bounds through {@code long} and {@code double}, where 1e30 and 2^53+1 are other numbers.
 */
final class EnforcedForm {

    private static final Set<String> NUMERIC_BOUNDS =
            Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf");

    /** Keywords whose members are schemas under names of the author's choice, which may look like keywords. */
    private static final Set<String> BY_NAME =
            Set.of("properties", "patternProperties", "dependentSchemas", "dependencies");

    /** Keywords whose value is compared with the instance as it stands. */
    private static final Set<String> LITERALS = Set.of("enum", "const", "default", "examples");

    /** Keywords that only serve references, all of which are rewritten. */
    private static final Set<String> DROPPED = Set.of("$schema", "$id", "$anchor", "$defs", "definitions");

    private final SchemaGraph graph;
    private final int nodesMax;
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Deque<String> toDefine = new ArrayDeque<>();
    private int nodes;

    private EnforcedForm(SchemaGraph graph, int nodesMax) {
        this.graph = graph;
        this.nodesMax = nodesMax;
    }

    /**
     * The form of {@code schema}, of at most {@code nodesMax} values: parts that are referred to inside each other are
     * copied more than once. The depth of the schema was checked before, which bounds the recursion.
     */
    static JsonNode of(JsonNode schema, SchemaGraph graph, int nodesMax) {
        EnforcedForm form = new EnforcedForm(graph, nodesMax);
        ObjectNode root = (ObjectNode) form.copy(schema);
        ObjectNode definitions = JsonNodeFactory.instance.objectNode();
        while (!form.toDefine.isEmpty()) {
            String pointer = form.toDefine.remove();
            definitions.set(form.names.getOrDefault(pointer, ""), form.copy(schema.at(JsonPointer.compile(pointer))));
        }
        root.set("$defs", definitions);
        return root;
    }

    private JsonNode copy(JsonNode node) {
        if (++nodes > nodesMax) {
            throw new Unenforceable("its parts refer into each other too often");
        }
        if (node.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(node.size());
            node.forEach(item -> copy.add(copy(item)));
            return copy;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        node.properties().forEach(keyword -> {
            if (!DROPPED.contains(keyword.getKey())) {
                copy.set(keyword.getKey(), copy(keyword.getKey(), keyword.getValue()));
            }
        });
        return copy;
    }

    private JsonNode copy(String keyword, JsonNode value) {
        if (LITERALS.contains(keyword)) {
            return value;
        }
        if (keyword.equals("$ref")) {
            return JsonNodeFactory.instance.stringNode("#/$defs/" + name(graph.target(value.stringValue())));
        }
        if (NUMERIC_BOUNDS.contains(keyword) && value.isNumber()) {
            return JsonNodeFactory.instance.numberNode(value.decimalValue());
        }
        if (BY_NAME.contains(keyword) && value.isObject()) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            value.properties().forEach(member -> copy.set(member.getKey(), copy(member.getValue())));
            return copy;
        }
        return copy(value);
    }

    private String name(String pointer) {
        String name = names.get(pointer);
        if (name == null) {
            name = "r" + names.size();
            names.put(pointer, name);
            toDefine.add(pointer);
        }
        return name;
    }
}
