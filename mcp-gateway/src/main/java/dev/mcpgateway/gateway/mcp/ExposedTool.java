package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.Envelope;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.arguments.ArgumentCheck;
import dev.mcpgateway.policy.arguments.ArgumentVerdict;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import org.jspecify.annotations.Nullable;

/**
 * A tool as agents of one view see it, prepared once per catalogue so that no request works on its definition.
 *
 * @param exposedName the name in this view
 * @param name the canonical name, which rules and records use
 * @param definitionSha256 hash of the upstream's definition, for audit
 * @param arguments the check of its input schema
 * @param mirrored its arguments that requests of 2026-07-28 repeat in header fields
 * @param output its output schema, if it has one that could be compiled
 * @param modernJson the definition for agents of 2026-07-28
 * @param legacyJson the definition for agents before that
 * @param schemaIsWrapped whether that has the output schema inside an object, as its results then have to be
 * @param app the {@code ui://} resource that shows its results (MCP Apps, {@code _meta.ui.resourceUri}), of the tool's own
 *     upstream; {@code null} if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // written out as they are, never compared
record ExposedTool(
        String exposedName,
        FeatureName name,
        String definitionSha256,
        ArgumentCheck arguments,
        ParamHeaders mirrored,
        @Nullable CompiledSchema output,
        byte[] modernJson,
        byte[] legacyJson,
        boolean schemaIsWrapped,
        @Nullable FeatureName app)
        implements Listed, Feature {

    @Override
    public ArgumentVerdict check(Envelope request) {
        JsonDocument document = request.document();
        int node = request.param(McpNames.ARGUMENTS);
        int start = node == JsonDocument.NONE ? 0 : document.start(node);
        int end = node == JsonDocument.NONE ? 0 : document.end(node);
        return arguments.check(document.bytes(), start, end);
    }
}
