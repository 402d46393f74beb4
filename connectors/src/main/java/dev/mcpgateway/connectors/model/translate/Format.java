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
        @Nullable Node strict) {}
