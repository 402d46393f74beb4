package dev.mcpgateway.connectors.model.translate;

import org.jspecify.annotations.Nullable;

/**
 * Which tools the model is to call.
 *
 * @param name of the one tool; empty for the other modes
 * @param parallel whether several at once are welcome
 * @param where null if nothing was said
 */
record Choice(
        Mode mode, String name, boolean parallel, @Nullable Node where) {
    enum Mode {
        AUTO,
        NONE,
        ANY,
        ONE
    }
}
