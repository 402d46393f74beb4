package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.policy.FeatureName;

/**
 * A template of resources.
 *
 * @param name its alias, and the URI template in place of a URI
 * @param template which URIs belong to it
 * @param definitionSha256 hash of the upstream's definition, for audit
 * @param json the definition, in every era
 */
@SuppressWarnings("ArrayRecordComponent") // written out as it is, never compared
record ExposedTemplate(FeatureName name, UriTemplate template, String definitionSha256, byte[] json) implements Listed {
    @Override
    public String exposedName() {
        return template.text();
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
