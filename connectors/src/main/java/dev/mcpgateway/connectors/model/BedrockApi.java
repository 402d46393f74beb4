package dev.mcpgateway.connectors.model;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How Bedrock is asked for a model. */
public enum BedrockApi {
    /** {@code InvokeModel} in the shape of the model's maker, here Anthropic's: nothing of a request is lost. */
    INVOKE_MODEL(ModelApi.MESSAGES),
    /** {@code Converse}, one shape of AWS's for the models of all makers. */
    CONVERSE(ModelApi.CONVERSE);

    private static final String ANTHROPIC = "anthropic";

    /** ARNs of others (profiles of an account's own, provisioned and imported models, routers) hold no id of a model. */
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:bedrock:[a-z0-9-]*:[0-9]*:(?:foundation-model|inference-profile)/(.+)");

    /** A profile across regions has its part of the world before the maker. */
    private static final Pattern ID =
            Pattern.compile("(?:(?:[a-z]{2}|us-gov|apac|global)\\.)?([a-z][a-z0-9-]{2,23})\\.([^/]+)");

    /** What AWS puts behind the maker's own name. */
    private static final Pattern VERSION = Pattern.compile("-v[0-9]{1,3}(?::[0-9]{1,3}(?::[0-9]{1,4}k)?)?$");

    private final ModelApi upstream;

    BedrockApi(ModelApi upstream) {
        this.upstream = upstream;
    }

    /** What is spoken to it. */
    public ModelApi upstream() {
        return upstream;
    }

    /**
     * How a model of this id is asked unless the operator says otherwise: Anthropic's by the former, all others' by the latter.
     * Empty for what does not say whose model it is.
     */
    public static Optional<BedrockApi> of(String model) {
        return maker(model).map(maker -> maker.equals(ANTHROPIC) ? INVOKE_MODEL : CONVERSE);
    }

    /** Who made the model, in the word of its id: lower-case letters, digits and dashes, at most 24 characters. */
    public static Optional<String> maker(String model) {
        Matcher id = id(model);
        return id.matches() ? Optional.of(id.group(1)) : Optional.empty();
    }

    /** What Anthropic calls its model of this id, and with it answers to {@code InvokeModel}; empty for others' models. */
    public static Optional<String> nameAtAnthropic(String model) {
        Matcher id = id(model);
        return id.matches() && id.group(1).equals(ANTHROPIC)
                ? Optional.of(VERSION.matcher(id.group(2)).replaceFirst(""))
                : Optional.empty();
    }

    private static Matcher id(String model) {
        Matcher arn = ARN.matcher(model);
        return ID.matcher(arn.matches() ? arn.group(1) : model);
    }
}
