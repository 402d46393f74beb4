package dev.mcpgateway.connectors.model.translate;

import org.jspecify.annotations.Nullable;

/**
 * The form that an answer's text must have.
 *
 * @param schema null: any JSON object
 * @param strict null if nothing was said
 */
record Format(
        Node where,
        @Nullable Node schema,
        String name,
        @Nullable Node description,
        @Nullable Node strict) {
    /** The schema, for a target that promises to keep to one, and to nothing less. */
    Node strictSchema(Losses losses) {
        if (schema == null) {
            throw where.unfit("a JSON object without a schema cannot be promised by the target");
        }
        if (strict == null || !strict.truth()) {
            losses.tell(where, "a schema is always strict there");
        }
        return schema;
    }
}
