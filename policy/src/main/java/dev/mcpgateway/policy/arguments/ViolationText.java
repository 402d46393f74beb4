package dev.mcpgateway.policy.arguments;

import com.networknt.schema.Error;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * Words the validator's first error for a model: what the schema wants there, from the schema alone. Values of the
 * instance never appear; a member name does, because the model must know which one to drop.
 */
final class ViolationText {

    private ViolationText() {}

    static Violation of(List<Error> errors) {
        Error first = errors.getFirst();
        String message = wants(first);
        return new Violation(
                Pointers.shortened(String.valueOf(first.getInstanceLocation())),
                isOneOfSeveral(first, errors)
                        ? "must match one of the allowed forms; for one of them it " + message
                        : message);
    }

    private static boolean isOneOfSeveral(Error first, List<Error> errors) {
        String path = String.valueOf(first.getEvaluationPath());
        return errors.size() > 1 && (path.contains("/anyOf/") || path.contains("/oneOf/"));
    }

    private static String wants(Error error) {
        String keyword = String.valueOf(error.getKeyword());
        return switch (keyword) {
            case "type" -> "must be " + types(error.getSchemaNode());
            case "required" -> "must have the member " + property(error);
            case "dependentRequired", "dependencies" ->
                "must also have the members that " + property(error) + " requires";
            case "additionalProperties", "unevaluatedProperties" -> "must not have the member " + property(error);
            case "enum" -> "must be one of " + values(error.getSchemaNode());
            case "const" -> "must be " + value(error.getSchemaNode());
            case "maximum" -> "must be at most " + value(error.getSchemaNode());
            case "minimum" -> "must be at least " + value(error.getSchemaNode());
            case "exclusiveMaximum" -> "must be less than " + value(error.getSchemaNode());
            case "exclusiveMinimum" -> "must be more than " + value(error.getSchemaNode());
            case "multipleOf" -> "must be a multiple of " + value(error.getSchemaNode());
            case "maxLength" -> "must have at most " + value(error.getSchemaNode()) + " characters";
            case "minLength" -> "must have at least " + value(error.getSchemaNode()) + " characters";
            case "maxItems" -> "must have at most " + value(error.getSchemaNode()) + " items";
            case "minItems" -> "must have at least " + value(error.getSchemaNode()) + " items";
            case "maxProperties" -> "must have at most " + value(error.getSchemaNode()) + " members";
            case "minProperties" -> "must have at least " + value(error.getSchemaNode()) + " members";
            case "pattern" -> "must match the pattern " + value(error.getSchemaNode());
            case "uniqueItems" -> "must not hold the same item twice";
            case "oneOf" -> "must match exactly one of the allowed forms";
            case "propertyNames" -> "must not have members of such names";
            default ->
                "does not satisfy '" + Pointers.printable(keyword, Pointers.QUOTE_CHARS_MAX) + "' of the tool's schema";
        };
    }

    private static String property(Error error) {
        String property = error.getProperty();
        return property == null ? "that the schema names" : Pointers.quoted(property);
    }

    private static String types(JsonNode types) {
        return types.isArray()
                ? StreamSupport.stream(types.spliterator(), false)
                        .map(ViolationText::value)
                        .collect(Collectors.joining(" or "))
                : value(types);
    }

    private static String values(JsonNode values) {
        String all = StreamSupport.stream(values.spliterator(), false)
                .limit(20)
                .map(ViolationText::value)
                .collect(Collectors.joining(", "));
        return values.size() > 20 ? all + ", …" : all;
    }

    private static String value(JsonNode value) {
        return value.isString()
                ? Pointers.printable(value.stringValue(), Pointers.QUOTE_CHARS_MAX)
                : Pointers.printable(value.toString(), Pointers.QUOTE_CHARS_MAX);
    }
}
