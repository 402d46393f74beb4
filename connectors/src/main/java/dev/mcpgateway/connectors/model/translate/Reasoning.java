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

    private static final int MEDIUM_FROM_TOKENS = 4096;
    private static final int HIGH_FROM_TOKENS = 16_384;

    /** The effort that is nearest to what was said; empty if nothing was said of how much. */
    String nearestEffort(Node said, Losses losses) {
        if (mode == Mode.OFF) {
            return "none";
        }
        if (!effort.isEmpty() || budget == null) {
            return effort;
        }
        losses.tell(said, "a budget of thinking; set to the effort nearest to it");
        long tokens = budget.count();
        return tokens < MEDIUM_FROM_TOKENS ? "low" : tokens < HIGH_FROM_TOKENS ? "medium" : "high";
    }
}
