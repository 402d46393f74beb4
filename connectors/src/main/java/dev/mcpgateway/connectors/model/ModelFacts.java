package dev.mcpgateway.connectors.model;

import java.util.Map;

/**
 * What an answer says of itself, as far as it was read. The texts are the provider's, bounded and not to be trusted.
 *
 * @param servedModel the model that answered; empty when it is not named
 * @param finishReason why the model stopped, in the provider's word; empty when it is not said
 * @param usage tokens
 * @param uses how often each tool was used that the provider runs itself, such as {@code web_search}; each more than zero
 * @param terms on which terms it was served
 * @param id the provider's id of the answer; empty when there is none
 * @param resends how often a proxy on the way says that it sent the request again; 0 where none says so
 */
public record ModelFacts(
        String servedModel,
        String finishReason,
        ModelUsage usage,
        Map<String, Long> uses,
        ServedTerms terms,
        String id,
        int resends) {
    /** Nothing is known. */
    public static final ModelFacts NONE = new ModelFacts("", "", ModelUsage.UNKNOWN);

    /** Copies the map. */
    public ModelFacts {
        uses = Map.copyOf(uses);
    }

    /** Of an answer that says no more. */
    public ModelFacts(String servedModel, String finishReason, ModelUsage usage) {
        this(servedModel, finishReason, usage, Map.of(), ServedTerms.UNSAID, "", 0);
    }
}
