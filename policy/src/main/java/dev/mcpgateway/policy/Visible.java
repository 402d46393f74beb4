package dev.mcpgateway.policy;

import java.util.List;

/**
 * Proof that a list of features was filtered for one caller. Only {@link Policy#visible} and
 * {@link Policy#visibleTemplates} make one.
 *
 * @param <T> what stands for a feature
 */
public final class Visible<T> {

    private final List<T> items;

    Visible(List<T> items) {
        this.items = List.copyOf(items);
    }

    /** What the caller may see, in the order it was given. */
    public List<T> items() {
        return items;
    }
}
