package dev.mcpgateway.policy;

import java.util.List;

/**
 * Proof that a list of tools was filtered for one caller. Only {@link Policy#visible} makes one.
 *
 * @param <T> what stands for a tool
 */
public final class VisibleTools<T> {

    private final List<T> tools;

    VisibleTools(List<T> tools) {
        this.tools = List.copyOf(tools);
    }

    /** The tools the caller may call, in the order they were given. */
    public List<T> tools() {
        return tools;
    }
}
