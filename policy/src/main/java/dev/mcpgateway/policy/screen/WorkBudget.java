package dev.mcpgateway.policy.screen;

import java.io.Serial;

/**
 * Bounds the work of one scan by characters visited, not by time: the same text always gets the same verdict, and no text
 * costs more than a fixed multiple of its length.
 */
final class WorkBudget {

    /** The budget is used up; caught where the scan began. */
    static final class Exhausted extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1L;

        Exhausted() {
            super("exhausted", null, false, false);
        }
    }

    private long left;

    WorkBudget(long chars) {
        this.left = chars;
    }

    /** Takes {@code chars} from the budget; throws {@link Exhausted} when nothing is left. */
    void spend(long chars) {
        left -= chars;
        if (left < 0) {
            throw new Exhausted();
        }
    }
}
