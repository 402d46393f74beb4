package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.policy.FeatureName;

/** An entry of a list as agents of one view see it, written once per catalogue. */
sealed interface Listed permits ExposedTool, ExposedPrompt, ExposedResource, ExposedTemplate {
    /** By which agents know it: a name, a URI or a URI template. */
    String exposedName();

    /** The canonical name, which rules and records use. */
    FeatureName name();

    /** Hash of the upstream's definition. */
    String definitionSha256();

    /** The definition for agents of 2026-07-28. */
    byte[] modernJson();

    /** The definition for agents before that. */
    byte[] legacyJson();
}
