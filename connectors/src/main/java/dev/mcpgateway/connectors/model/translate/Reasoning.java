package dev.mcpgateway.connectors.model.translate;

import org.jspecify.annotations.Nullable;

/**
 * How much the model is to think.
 *
 * @param mode null if nothing was said about thinking itself
 * @param budget of tokens; null but for {@link Mode#BUDGET}
 * @param effort one of none, minimal, low, medium, high, xhigh, max; empty if nothing was said
 * @param shown whether the agent wants to read the thoughts
 * @param where null if nothing was said at all
 */
record Reasoning(
        @Nullable Mode mode,
        @Nullable Node budget,
        String effort,
        boolean shown,
        @Nullable Node where) {
    enum Mode {
        OFF,
        BUDGET,
        ADAPTIVE
    }
}
