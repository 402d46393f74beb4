package dev.mcpgateway.gateway.model.money;

/**
 * What a call cost.
 *
 * @param nanoUsd -1 where the model has no price
 * @param isEstimated whether the provider did not say all of what it counted
 */
public record Cost(long nanoUsd, boolean isEstimated) {
    /** Nothing was counted, or the model has no price. Not the same as no cost. */
    public static final Cost UNKNOWN = new Cost(-1, false);

    /** Whether it is known. */
    public boolean isKnown() {
        return nanoUsd >= 0;
    }
}
