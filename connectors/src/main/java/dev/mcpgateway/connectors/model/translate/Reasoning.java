package dev.mcpgateway.connectors.model.translate;

import org.jspecify.annotations.Nullable;

/**
 * How much the model is to think.
 *
 * @param mode null if nothing was said about thinking itself
 * @param budget of tokens; null but for {@link Mode#BUDGET}
 * @param effort one of none, minimal, low, medium, high, xhigh, max; empty if nothing was said
 * @param shown whether the agent wants to read the thoughts
 * @param wish where it asks for them; null if it does not say so
 * @param where null if nothing was said of how much
 */
record Reasoning(
        @Nullable Mode mode,
        @Nullable Node budget,
        String effort,
        boolean shown,
        @Nullable Node wish,
        @Nullable Node where) {
    enum Mode {
        OFF,
        BUDGET,
        ADAPTIVE
    }

    private static final String NONE = "none";
    private static final int MEDIUM_FROM_TOKENS = 4096;
    private static final int HIGH_FROM_TOKENS = 16_384;

    /** Whether there are to be no thoughts. */
    boolean isOff() {
        return mode == Mode.OFF || effort.equals(NONE);
    }

    /** For a target that shows its thoughts, or does not, as it likes. Where none are to be there is nothing to be read. */
    void loseWish(Losses losses) {
        if (wish != null && !isOff()) {
            losses.lose(wish, "the target cannot be asked to show its thoughts");
        }
    }

    /** The effort that is nearest to what was said; empty if nothing was said of how much. */
    String nearestEffort(Node said, Losses losses) {
        if (mode == Mode.OFF) {
            return NONE;
        }
        if (!effort.isEmpty() || budget == null) {
            return effort;
        }
        losses.tell(said, "a budget of thinking; set to the effort nearest to it");
        long tokens = budget.count();
        return tokens < MEDIUM_FROM_TOKENS ? "low" : tokens < HIGH_FROM_TOKENS ? "medium" : "high";
    }
}
