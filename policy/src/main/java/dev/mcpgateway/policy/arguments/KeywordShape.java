package dev.mcpgateway.policy.arguments;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * The shape that JSON Schema asks of a keyword's value. A validator ignores what it cannot read, so that
 * {@code required: true} would require nothing; here it makes the schema {@link Unenforceable}.
 */
final class KeywordShape {

    private static final Set<String> TYPES =
            Set.of("array", "boolean", "integer", "null", "number", "object", "string");

    private static final Map<String, Predicate<JsonNode>> SHAPES = Map.ofEntries(
            Map.entry("type", KeywordShape::isTypes),
            Map.entry("enum", JsonNode::isArray),
            Map.entry("required", KeywordShape::isTexts),
            Map.entry("dependentRequired", value -> value.isObject() && all(value, KeywordShape::isTexts)),
            Map.entry("uniqueItems", JsonNode::isBoolean),
            Map.entry("minimum", JsonNode::isNumber),
            Map.entry("maximum", JsonNode::isNumber),
            Map.entry("exclusiveMinimum", JsonNode::isNumber),
            Map.entry("exclusiveMaximum", JsonNode::isNumber),
            Map.entry(
                    "multipleOf",
                    value -> value.isNumber() && value.decimalValue().signum() > 0),
            Map.entry("minLength", KeywordShape::isCount),
            Map.entry("maxLength", KeywordShape::isCount),
            Map.entry("minItems", KeywordShape::isCount),
            Map.entry("maxItems", KeywordShape::isCount),
            Map.entry("minContains", KeywordShape::isCount),
            Map.entry("maxContains", KeywordShape::isCount),
            Map.entry("minProperties", KeywordShape::isCount),
            Map.entry("maxProperties", KeywordShape::isCount),
            Map.entry("pattern", JsonNode::isString),
            Map.entry("properties", JsonNode::isObject),
            Map.entry("patternProperties", JsonNode::isObject),
            Map.entry("dependentSchemas", JsonNode::isObject),
            Map.entry("dependencies", JsonNode::isObject),
            Map.entry("$defs", JsonNode::isObject),
            Map.entry("definitions", JsonNode::isObject),
            Map.entry("allOf", KeywordShape::isNonEmptyList),
            Map.entry("anyOf", KeywordShape::isNonEmptyList),
            Map.entry("oneOf", KeywordShape::isNonEmptyList),
            Map.entry("prefixItems", KeywordShape::isNonEmptyList),
            Map.entry("$ref", JsonNode::isString),
            Map.entry("$anchor", JsonNode::isString));

    private KeywordShape() {}

    /** Throws when {@code value} is none that {@code keyword} may have; unknown keywords may have any. */
    static void check(String keyword, JsonNode value) {
        Predicate<JsonNode> shape = SHAPES.get(keyword);
        if (shape != null && !shape.test(value)) {
            throw new Unenforceable("its keyword '" + keyword + "' has a value that means nothing");
        }
    }

    private static boolean isTypes(JsonNode value) {
        return isType(value) || (isNonEmptyList(value) && all(value, KeywordShape::isType));
    }

    private static boolean isType(JsonNode value) {
        return value.isString() && TYPES.contains(value.stringValue());
    }

    private static boolean isTexts(JsonNode value) {
        return value.isArray() && all(value, JsonNode::isString);
    }

    private static boolean isNonEmptyList(JsonNode value) {
        return value.isArray() && !value.isEmpty();
    }

    private static boolean isCount(JsonNode value) {
        return value.isNumber()
                && value.decimalValue().signum() >= 0
                && value.decimalValue().stripTrailingZeros().scale() <= 0;
    }

    private static boolean all(JsonNode values, Predicate<JsonNode> shape) {
        return StreamSupport.stream(values.spliterator(), false).allMatch(shape);
    }
}
