package dev.mcpgateway.gateway.model;

import java.util.List;

/**
 * Who is asked for one call, in this order.
 *
 * @param targets at least one
 */
record Plan(List<ModelTable.Target> targets) {
    /** Copies the list. */
    Plan {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("a plan asks somebody");
        }
        targets = List.copyOf(targets);
    }

    /** Who is asked first. */
    ModelTable.Target first() {
        return targets.getFirst();
    }
}
