package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogItem;
import dev.mcpgateway.connectors.mcp.CatalogSnapshot;
import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.JsonDocument.Name;
import dev.mcpgateway.connectors.wire.JsonText;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.connectors.wire.Splice;
import dev.mcpgateway.gateway.telemetry.LogKeys;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.arguments.ArgumentCheck;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.arguments.SchemaAdmission;
import dev.mcpgateway.policy.arguments.SchemaBounds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns each new catalogue into the tables of the views: compiles schemas once per definition, writes the definitions
 * with their exposed names, and keeps a tool out whose schema cannot be enforced. One such tool never keeps out another.
 */
final class ToolTables {
    private static final Logger LOG = LoggerFactory.getLogger(ToolTables.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Name OBJECT = Name.of("object");
    private static final byte[] WRAP_OPEN =
            "{\"type\":\"object\",\"properties\":{\"result\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WRAP_CLOSE = "},\"required\":[\"result\"]}".getBytes(StandardCharsets.UTF_8);

    private final List<View> views;
    private final PayloadLimits limits;
    private volatile Map<String, ToolTable> byView;
    private volatile Map<String, String> quarantined = Map.of();
    private Map<String, Prepared> prepared = Map.of();

    /** The tables are empty, and of version 0, until the first catalogue comes. */
    ToolTables(Collection<View> views, PayloadLimits limits) {
        this.views = List.copyOf(views);
        this.limits = limits;
        this.byView = views.stream().collect(Collectors.toMap(View::name, view -> new ToolTable(0, List.of())));
    }

    /** A definition that was looked at: what can be called, or why it cannot. */
    private sealed interface Prepared {
        record Callable(
                FeatureName name,
                String exposedName,
                Definition definition,
                ArgumentCheck arguments,
                @Nullable CompiledSchema output)
                implements Prepared {}

        record Quarantined(String reason) implements Prepared {}
    }

    /** The table of a view, as of now. */
    ToolTable of(View view) {
        ToolTable table = byView.get(view.name());
        if (table == null) {
            throw new IllegalArgumentException("unknown view " + view.name());
        }
        return table;
    }

    /** Canonical names of all tools that can be called. */
    Set<String> names() {
        return byView.values().stream()
                .flatMap(table -> table.tools().stream())
                .map(tool -> tool.name().canonical())
                .collect(Collectors.toSet());
    }

    /** Tools that are kept out, by canonical name, with the reason. */
    Map<String, String> quarantined() {
        return quarantined;
    }

    /** Takes over a new catalogue. Called by one thread at a time. */
    synchronized void update(CatalogSnapshot catalog) {
        Map<String, Prepared> next = new HashMap<>();
        Map<String, String> kept = new HashMap<>();
        for (CatalogItem tool : catalog.tools()) {
            String key = key(tool);
            Prepared known = prepared.get(key);
            Prepared now = known == null ? prepare(tool) : known;
            next.put(key, now);
            if (now instanceof Prepared.Quarantined(String reason)) {
                kept.put(tool.canonicalName(), reason);
                if (known == null) {
                    LOG.atWarn().addKeyValue(LogKeys.TOOL, tool.canonicalName()).log("tool quarantined: {}", reason);
                }
            }
        }
        prepared = next;
        quarantined = Map.copyOf(kept);
        byView = views.stream().collect(Collectors.toMap(View::name, view -> table(view, catalog, next)));
    }

    private static String key(CatalogItem tool) {
        return tool.canonicalName() + '\n' + tool.definition().sha256();
    }

    private static ToolTable table(View view, CatalogSnapshot catalog, Map<String, Prepared> prepared) {
        List<ExposedTool> tools = new ArrayList<>();
        for (CatalogItem tool : catalog.tools()) {
            if (view.upstreams().contains(tool.alias())
                    && prepared.get(key(tool)) instanceof Prepared.Callable callable) {
                tools.add(expose(view, callable));
            }
        }
        return new ToolTable(catalog.version(), tools);
    }

    private Prepared prepare(CatalogItem tool) {
        Definition definition = tool.definition();
        Optional<FeatureName> name = FeatureName.parseTool(tool.canonicalName());
        if (name.isEmpty()) {
            return new Prepared.Quarantined("the tool's name is empty, too long or has control characters");
        }
        JsonDocument document = definition.document();
        int input = document.member(definition.node(), McpNames.INPUT_SCHEMA);
        if (!document.is(input, Kind.OBJECT)) {
            return new Prepared.Quarantined("the tool has no inputSchema");
        }
        return switch (admit(document, input)) {
            case SchemaAdmission.Quarantined(String reason) -> new Prepared.Quarantined("inputSchema: " + reason);
            case SchemaAdmission.Admitted(CompiledSchema schema) -> {
                int output = document.member(definition.node(), McpNames.OUTPUT_SCHEMA);
                CompiledSchema compiled = null;
                if (output != JsonDocument.NONE) {
                    if (!(admit(document, output) instanceof SchemaAdmission.Admitted(CompiledSchema good))) {
                        yield new Prepared.Quarantined("outputSchema cannot be enforced");
                    }
                    compiled = good;
                }
                yield new Prepared.Callable(
                        name.get(), tool.exposedName(), definition, new ArgumentCheck(schema, limits), compiled);
            }
        };
    }

    private static SchemaAdmission admit(JsonDocument document, int schema) {
        try {
            JsonNode tree = JSON.readTree(document.bytes(), document.start(schema), document.length(schema));
            return CompiledSchema.admit(tree, SchemaBounds.STANDARD);
        } catch (JacksonException unreadable) {
            return new SchemaAdmission.Quarantined("it cannot be read");
        }
    }

    private static ExposedTool expose(View view, Prepared.Callable callable) {
        FeatureName name = callable.name();
        String exposed = view.bareNames() ? name.own() : callable.exposedName();
        return new ExposedTool(
                exposed,
                name,
                callable.definition().sha256(),
                callable.arguments(),
                callable.output(),
                renamed(callable.definition(), exposed)
                        .toBytes(callable.definition().node()),
                legacy(callable.definition(), exposed),
                isWrapped(callable.definition()));
    }

    private static Splice renamed(Definition definition, String exposed) {
        JsonDocument document = definition.document();
        return new Splice(document).replace(document.member(definition.node(), McpNames.NAME), JsonText.quote(exposed));
    }

    private static boolean isWrapped(Definition definition) {
        JsonDocument document = definition.document();
        int output = document.member(definition.node(), McpNames.OUTPUT_SCHEMA);
        return output != JsonDocument.NONE && !document.stringEquals(document.member(output, McpNames.TYPE), OBJECT);
    }

    /** Before 2026-07-28 structured content, and so its schema, is an object; results are wrapped alike. */
    private static byte[] legacy(Definition definition, String exposed) {
        JsonDocument document = definition.document();
        Splice splice = renamed(definition, exposed);
        if (isWrapped(definition)) {
            int output = document.member(definition.node(), McpNames.OUTPUT_SCHEMA);
            splice.replace(document.start(output), document.start(output), WRAP_OPEN);
            splice.replace(document.end(output), document.end(output), WRAP_CLOSE);
        }
        return splice.toBytes(definition.node());
    }
}
