package dev.mcpgateway.audit;

/**
 * What a model's answer says of itself (JSON: further members of {@code model} in outcomes). Empty strings are left out.
 *
 * @param served {@code model.served}: the model that answered, as the provider names it
 * @param finishReason {@code model.finish}: why the model stopped, in the provider's word
 * @param usage {@code model.usage}: tokens, as the provider counts them
 * @param routing how the call came to who answered it
 */
public record ModelOutcome(String served, String finishReason, TokenCounts usage, ModelRouting routing) {
    /** Nothing is known. */
    public static final ModelOutcome NONE = new ModelOutcome("", "", TokenCounts.UNKNOWN, ModelRouting.NONE);

    /** The outcome of a call of which no routing is known. */
    public ModelOutcome(String served, String finishReason, TokenCounts usage) {
        this(served, finishReason, usage, ModelRouting.NONE);
    }
}
