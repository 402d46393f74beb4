package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogItem;
import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonDocument.Kind;
import dev.mcpgateway.connectors.wire.McpNames;
import dev.mcpgateway.gateway.telemetry.LogKeys;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.arguments.ArgumentCheck;
import dev.mcpgateway.policy.arguments.CompiledSchema;
import dev.mcpgateway.policy.arguments.PayloadLimits;
import dev.mcpgateway.policy.arguments.SchemaAdmission;
import dev.mcpgateway.policy.arguments.SchemaBounds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compiles the schemas of tools, once per definition, and keeps a tool out whose schema cannot be enforced. One such tool
 * never keeps out another. For one thread at a time.
 */
final class PreparedTools {
    private static final Logger LOG = LoggerFactory.getLogger(PreparedTools.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final PayloadLimits limits;
    private Map<String, Prepared> prepared = Map.of();
    private Map<String, String> quarantined = Map.of();

    PreparedTools(PayloadLimits limits) {
        this.limits = limits;
    }

    /** A definition that was looked at: what can be called, or why it cannot. */
    private sealed interface Prepared {
        record Callable(PreparedTool tool) implements Prepared {}

        record Quarantined(String reason) implements Prepared {}
    }

    /** Those that can be called, in their order; all others are forgotten. */
    List<PreparedTool> of(List<CatalogItem> tools) {
        Map<String, Prepared> next = new HashMap<>();
        Map<String, String> kept = new HashMap<>();
        List<PreparedTool> callable = new ArrayList<>(tools.size());
        for (CatalogItem tool : tools) {
            String sha256 = tool.definition().sha256();
            String key = tool.canonicalName() + '\n' + sha256;
            Prepared known = prepared.get(key);
            Prepared now = known == null ? prepare(tool, sha256) : known;
            next.put(key, now);
            switch (now) {
                case Prepared.Callable(PreparedTool good) -> callable.add(good);
                case Prepared.Quarantined(String reason) -> {
                    kept.put(tool.canonicalName(), reason);
                    if (known == null) {
                        LOG.atWarn()
                                .addKeyValue(LogKeys.TOOL, tool.canonicalName())
                                .log("tool quarantined: {}", reason);
                    }
                }
            }
        }
        prepared = next;
        quarantined = Map.copyOf(kept);
        return callable;
    }

    /** Tools that are kept out, by canonical name, with the reason. */
    Map<String, String> quarantined() {
        return quarantined;
    }

    private Prepared prepare(CatalogItem tool, String sha256) {
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
                        new PreparedTool(name.get(), definition, sha256, new ArgumentCheck(schema, limits), compiled));
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
}
