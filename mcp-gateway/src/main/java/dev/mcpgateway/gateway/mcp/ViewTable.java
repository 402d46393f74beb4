package dev.mcpgateway.gateway.mcp;

/**
 * What one view offers at one version of the catalogue; all parts belong together. Immutable.
 *
 * @param version the catalogue's version; 0 before it was first filled
 * @param served what is said of the view in {@code server/discover} and {@code initialize}
 */
record ViewTable(long version, ToolTable tools, PromptTable prompts, ResourceTable resources, ServedFeatures served) {}
