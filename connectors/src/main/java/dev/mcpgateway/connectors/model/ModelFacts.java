package dev.mcpgateway.connectors.model;

/**
 * What an answer says of itself, as far as it was read. The texts are the provider's, bounded and not to be trusted.
 *
 * @param servedModel the model that answered; empty when it is not named
 * @param finishReason why the model stopped, in the provider's word; empty when it is not said
 * @param usage tokens
 * @param id the provider's id of the answer; empty when there is none
 */
public record ModelFacts(String servedModel, String finishReason, ModelUsage usage, String id) {
    /** Of an answer without an id. */
    public ModelFacts(String servedModel, String finishReason, ModelUsage usage) {
        this(servedModel, finishReason, usage, "");
    }

    /** Nothing is known. */
    public static final ModelFacts NONE = new ModelFacts("", "", ModelUsage.UNKNOWN);
}
