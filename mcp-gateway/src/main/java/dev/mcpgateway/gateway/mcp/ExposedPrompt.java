package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.arguments.PromptArgumentCheck;

/**
 * A prompt as agents of one view see it.
 *
 * @param exposedName the name in this view
 * @param name the canonical name
 * @param definitionSha256 hash of the upstream's definition, for audit
 * @param arguments the check of its declared arguments
 * @param json the definition, in every era
 */
@SuppressWarnings("ArrayRecordComponent") // written out as it is, never compared
record ExposedPrompt(
        String exposedName, FeatureName name, String definitionSha256, PromptArgumentCheck arguments, byte[] json)
        implements Listed {
    @Override
    public byte[] modernJson() {
        return json;
    }

    @Override
    public byte[] legacyJson() {
        return json;
    }
}
