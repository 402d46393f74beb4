package dev.mcpgateway.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the operator says about one caller's calls of one model, beyond whether they may happen.
 *
 * @param requests how texts of requests are screened
 * @param answers how texts of answers are screened
 * @param userIsUntrusted whether what users and models said before is screened like the results of tools
 * @param tokenInput whether texts may come as numbers of tokens
 * @param outputTokensMax most tokens that an answer may be asked for
 * @param inputBytesMax bytes of a request
 * @param tools every one of these must allow each tool that is offered to the model; none allow all
 */
public record ModelRules(
        TextScreening requests,
        TextScreening answers,
        boolean userIsUntrusted,
        TokenInput tokenInput,
        OptionalInt outputTokensMax,
        OptionalLong inputBytesMax,
        List<ToolNames> tools) {
    /** Nothing is said. */
    public static final ModelRules NONE = new ModelRules(
            TextScreening.NONE,
            TextScreening.NONE,
            false,
            TokenInput.UNSAID,
            OptionalInt.empty(),
            OptionalLong.empty(),
            List.of());

    /** Copies {@code tools}; refuses caps below one with an {@link IllegalArgumentException}. */
    public ModelRules {
        tools = List.copyOf(tools);
        if (outputTokensMax.orElse(1) < 1 || inputBytesMax.orElse(1) < 1) {
            throw new IllegalArgumentException("a cap must be positive");
        }
    }

    /** Of both the stricter word in everything. */
    public ModelRules strictest(ModelRules other) {
        List<ToolNames> allTools = new ArrayList<>(tools);
        allTools.addAll(other.tools);
        return new ModelRules(
                requests.strongest(other.requests),
                answers.strongest(other.answers),
                userIsUntrusted || other.userIsUntrusted,
                tokenInput.strictest(other.tokenInput),
                outputTokensMax.isEmpty() || other.outputTokensMax.isEmpty()
                        ? (outputTokensMax.isEmpty() ? other.outputTokensMax : outputTokensMax)
                        : OptionalInt.of(Math.min(outputTokensMax.getAsInt(), other.outputTokensMax.getAsInt())),
                inputBytesMax.isEmpty() || other.inputBytesMax.isEmpty()
                        ? (inputBytesMax.isEmpty() ? other.inputBytesMax : inputBytesMax)
                        : OptionalLong.of(Math.min(inputBytesMax.getAsLong(), other.inputBytesMax.getAsLong())),
                allTools);
    }
}
