package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.policy.FeatureName;

/**
 * A listed resource. Its URI is the upstream's own.
 *
 * @param name the canonical name
 * @param definitionSha256 hash of the upstream's definition, for audit
 * @param json the definition, in every era
 */
@SuppressWarnings("ArrayRecordComponent") // written out as it is, never compared
record ExposedResource(FeatureName name, String definitionSha256, byte[] json) implements Listed {
    @Override
    public String exposedName() {
        return name.own();
    }

    @Override
    public byte[] modernJson() {
        return json;
    }

    @Override
    public byte[] legacyJson() {
        return json;
    }
}
