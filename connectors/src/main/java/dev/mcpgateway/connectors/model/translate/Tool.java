package dev.mcpgateway.connectors.model.translate;

import org.jspecify.annotations.Nullable;

/**
 * A function that the model may call.
 *
 * @param schema of its arguments, as it is written; null if it takes none
 * @param strict null if nothing was said
 */
record Tool(
        Node where,
        String name,
        String description,
        @Nullable Node schema,
        @Nullable Node strict,
        @Nullable Node cache) {
    /** The schema of a tool that says nothing of its arguments. */
    static final String ANY_OBJECT = "{\"type\":\"object\",\"properties\":{}}";

    /** The schema for a target that takes one of objects alone. What does not say its type gets that: arguments are an object. */
    String objectSchema() {
        if (schema == null) {
            return ANY_OBJECT;
        }
        if (schema.get("type") != null) {
            return schema.object();
        }
        JsonOut out = new JsonOut().open().text("type", "object");
        schema.members().forEach(member -> out.raw(member.step(), member.raw()));
        return out.close().toString();
    }
}
