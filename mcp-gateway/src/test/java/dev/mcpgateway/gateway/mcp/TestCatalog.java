package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogItem;
import dev.mcpgateway.connectors.mcp.CatalogSnapshot;
import dev.mcpgateway.connectors.mcp.Definition;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.ServerCapabilities;
import dev.mcpgateway.connectors.mcp.UpstreamView;
import dev.mcpgateway.connectors.mcp.UpstreamView.Freshness;
import dev.mcpgateway.connectors.wire.JsonDocument;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.connectors.wire.JsonRefused;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.connectors.wire.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A catalogue as upstreams could have filled it, written down by a test. */
final class TestCatalog {
    /** Everything, with announcements. */
    static final ServerCapabilities ALL = new ServerCapabilities(true, true, true, true, true, true, true, true, true);

    private final Map<FeatureList, List<CatalogItem>> items = new EnumMap<>(FeatureList.class);
    private final Map<String, UpstreamView> upstreams = new LinkedHashMap<>();

    TestCatalog(String... aliases) {
        for (String alias : aliases) {
            upstream(alias, Revision.V2026_07_28, ALL, 60_000);
        }
    }

    TestCatalog upstream(String alias, Revision revision, ServerCapabilities capabilities, long ttlMillis) {
        upstreams.put(
                alias,
                new UpstreamView(Freshness.FRESH, Instant.EPOCH, "", revision, capabilities, ttlMillis, List.of()));
        return this;
    }

    /** One that was never reached. */
    TestCatalog down(String alias) {
        upstreams.put(
                alias,
                new UpstreamView(Freshness.DOWN, Instant.EPOCH, "down", null, ServerCapabilities.NONE, 0, List.of()));
        return this;
    }

    TestCatalog tool(String alias, String name) {
        return tool(alias, name, "");
    }

    /** A tool with more members in its definition. */
    TestCatalog tool(String alias, String name, String more) {
        return item(
                FeatureList.TOOLS,
                alias,
                name,
                "{\"name\":\"" + name + "\",\"inputSchema\":{\"type\":\"object\"}" + more + "}");
    }

    /** A tool that shows an app. */
    TestCatalog toolWithApp(String alias, String name, String uri) {
        return tool(alias, name, ",\"_meta\":{\"ui\":{\"resourceUri\":\"" + uri + "\",\"visibility\":[\"app\"]}}");
    }

    TestCatalog prompt(String alias, String name) {
        return item(FeatureList.PROMPTS, alias, name, "{\"name\":\"" + name + "\"}");
    }

    TestCatalog resource(String alias, String uri) {
        return item(FeatureList.RESOURCES, alias, uri, "{\"uri\":\"" + uri + "\",\"name\":\"r\"}");
    }

    TestCatalog template(String alias, String template) {
        return item(
                FeatureList.RESOURCE_TEMPLATES,
                alias,
                template,
                "{\"uriTemplate\":\"" + template + "\",\"name\":\"t\"}");
    }

    TestCatalog item(FeatureList list, String alias, String name, String json) {
        try {
            JsonDocument document =
                    StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonLimits.forReplies(1 << 20, 64));
            items.computeIfAbsent(list, absent -> new ArrayList<>())
                    .add(new CatalogItem(list, alias, new Definition(name, document, JsonDocument.ROOT)));
            return this;
        } catch (JsonRefused malformed) {
            throw new AssertionError(json, malformed);
        }
    }

    CatalogSnapshot snapshot(long version) {
        items.values()
                .forEach(list -> list.sort(Comparator.comparing(CatalogItem::alias)
                        .thenComparing(item -> item.definition().name())));
        return new CatalogSnapshot(version, items, upstreams);
    }
}
