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
        @Nullable Node cache) {}
