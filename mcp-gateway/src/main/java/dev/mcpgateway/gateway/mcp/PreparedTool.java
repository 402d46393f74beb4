package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.ParamHeaders;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.arguments.ArgumentCheck;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A tool whose schemas are compiled, before any view names it.
 *
 * @param name the canonical name
 * @param definition the upstream's definition
 * @param sha256 its hash
 * @param arguments the check of its input schema
 * @param output its output schema, if it has one
 */
record PreparedTool(
        FeatureName name,
        Definition definition,
        String sha256,
        ArgumentCheck arguments,
        @Nullable CompiledSchema output) {
    private static final Name OBJECT = Name.of("object");
    private static final Name UI = Name.of("ui");
    private static final Name RESOURCE_URI = Name.of("resourceUri");
    /** The member of {@code _meta} that MCP Apps used first; hosts still read it. */
    private static final Name UI_RESOURCE_URI = Name.of("ui/resourceUri");

    private static final byte[] WRAP_OPEN =
            "{\"type\":\"object\",\"properties\":{\"result\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WRAP_CLOSE = "},\"required\":[\"result\"]}".getBytes(StandardCharsets.UTF_8);

    /** The {@code ui://} resource that the definition names, as one of the tool's own upstream. */
    Optional<FeatureName> app() {
        JsonDocument document = definition.document();
        int meta = document.member(definition.node(), McpNames.META);
        int uri = document.member(document.member(meta, UI), RESOURCE_URI);
        if (uri == JsonDocument.NONE) {
            uri = document.member(meta, UI_RESOURCE_URI);
        }
        return document.is(uri, Kind.STRING)
                ? FeatureName.parse(FeatureKind.RESOURCE, name.alias() + "__" + document.string(uri))
                        .filter(app -> app.own().startsWith(Policy.APP_SCHEME))
                : Optional.empty();
    }

    /**
     * The tool under a name for agents.
     *
     * @param withApp whether it keeps what it says of its {@code ui://} resource; where another upstream has that URI, the
     *     tool's results would be shown to that upstream's code
     */
    ExposedTool exposed(String exposedName, boolean withApp) {
        return new ExposedTool(
                exposedName,
                name,
                sha256,
                arguments,
                mirrored(),
                output,
                splice(exposedName, withApp).toBytes(definition.node()),
                legacy(exposedName, withApp),
                isWrapped(),
                withApp ? app().orElse(null) : null);
    }

    /** None where an annotation breaks the rules: agents leave such a tool out, and none mirrors its arguments. */
    private ParamHeaders mirrored() {
        try {
            return ParamHeaders.of(definition.document(), definition.inputSchema());
        } catch (ParamHeaders.Invalid invalid) {
            return ParamHeaders.NONE;
        }
    }

    private Splice splice(String exposedName, boolean withApp) {
        JsonDocument document = definition.document();
        Splice splice = new Splice(document)
                .replace(document.member(definition.node(), McpNames.NAME), JsonText.quote(exposedName));
        int meta = document.member(definition.node(), McpNames.META);
        if (!withApp) {
            removeIfPresent(splice, document.member(meta, UI), RESOURCE_URI);
            removeIfPresent(splice, meta, UI_RESOURCE_URI);
        }
        return splice;
    }

    private void removeIfPresent(Splice splice, int object, Name member) {
        JsonDocument document = definition.document();
        if (document.member(object, member) != JsonDocument.NONE) {
            splice.members(object, value -> document.isNamed(value, member), List.of());
        }
    }

    private boolean isWrapped() {
        JsonDocument document = definition.document();
        int schema = document.member(definition.node(), McpNames.OUTPUT_SCHEMA);
        return schema != JsonDocument.NONE && !document.stringEquals(document.member(schema, McpNames.TYPE), OBJECT);
    }

    /** Before 2026-07-28 structured content, and so its schema, is an object; results are wrapped alike. */
    private byte[] legacy(String exposedName, boolean withApp) {
        JsonDocument document = definition.document();
        Splice splice = splice(exposedName, withApp);
        if (isWrapped()) {
            int schema = document.member(definition.node(), McpNames.OUTPUT_SCHEMA);
            splice.replace(document.start(schema), document.start(schema), WRAP_OPEN);
            splice.replace(document.end(schema), document.end(schema), WRAP_CLOSE);
        }
        return splice.toBytes(definition.node());
    }
}
