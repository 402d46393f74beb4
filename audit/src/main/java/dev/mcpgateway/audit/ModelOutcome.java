package dev.mcpgateway.audit;

/**
 * What a model's answer says of itself (JSON: further members of {@code model} in outcomes). Empty strings are left out.
 *
 * @param served {@code model.served}: the model that answered, as the provider names it
 * @param finishReason {@code model.finish}: why the model stopped, in the provider's word
 * @param usage {@code model.usage}: tokens, as the provider counts them
 * @param costNanoUsd {@code model.cost_nano_usd}: what the call cost with all its attempts; below zero where it has no price, and
 *     left out
 * @param costEstimated {@code model.cost_estimated}: whether the provider did not say all of what it counted
 * @param cache {@code model.cache}: the cache that it came from, such as {@code exact}; the tokens are then those of the
 *     call that the answer was first given to, and nobody was asked
 * @param routing how the call came to who answered it
 */
public record ModelOutcome(
        String served,
        String finishReason,
        TokenCounts usage,
        long costNanoUsd,
        boolean costEstimated,
        String cache,
        ModelRouting routing) {
    /** Nothing is known. */
    public static final ModelOutcome NONE = new ModelOutcome("", "", TokenCounts.UNKNOWN);

    /** What a provider's own answer says, of a call that has no price and of which no routing is known. */
    public ModelOutcome(String served, String finishReason, TokenCounts usage) {
        this(served, finishReason, usage, -1, false, "", ModelRouting.NONE);
    }
}
