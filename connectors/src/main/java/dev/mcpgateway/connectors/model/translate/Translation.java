package dev.mcpgateway.connectors.model.translate;

import dev.mcpgateway.connectors.model.BedrockApi;
import dev.mcpgateway.connectors.model.ModelApi;
import java.util.Set;

/**
 * How requests in other protocols are brought to one provider.
 *
 * @param upstream what it speaks
 * @param owner whose opaque reasoning state it gives and gets, as in {@link Target}
 * @param outputTokensDefault the output limit where its protocol needs one and the request has none
 * @param lossesRefused whether a setting that it cannot express refuses the request; otherwise it is dropped and told
 * @param features what it can do beyond its protocol's common ground
 */
public record Translation(
        ModelApi upstream, String owner, long outputTokensDefault, boolean lossesRefused, Set<Feature> features) {
    /** The owner of what a server gives that speaks chat completions, whoever made it. */
    public static final String ANY_CHAT = "chat";

    /** Copies the set. */
    public Translation {
        features = Set.copyOf(features);
    }

    /**
     * The same for a model of Bedrock's that is asked over {@code Converse}. Whose state it is says the maker of the model, of
     * whom one provider has several; Anthropic's is that of its own service.
     */
    public Translation overConverse(String bedrockModel) {
        String maker = BedrockApi.maker(bedrockModel).orElse("");
        String whose = maker.isEmpty() ? "bedrock" : maker.equals("anthropic") ? maker : "bedrock-" + maker;
        return new Translation(ModelApi.CONVERSE, whose, outputTokensDefault, lossesRefused, features);
    }

    Target target(String model) {
        return new Target(model, owner, outputTokensDefault, lossesRefused, features);
    }
}
