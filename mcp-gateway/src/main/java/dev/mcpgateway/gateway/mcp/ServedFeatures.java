package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.mcp.CatalogSnapshot;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.connectors.mcp.ServerCapabilities;
import dev.mcpgateway.connectors.mcp.UpstreamView;
import dev.mcpgateway.connectors.mcp.UpstreamView.Freshness;
import dev.mcpgateway.connectors.wire.Era;
import dev.mcpgateway.connectors.wire.Revision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which features a view serves, as far as its upstreams have said what they have, and how long its lists stay good.
 *
 * @param prompts whether some upstream has prompts, and the view offers any
 * @param resources whether some upstream has resources, and the view offers any
 * @param completions whether some upstream completes arguments of either
 * @param subscribe whether some upstream tells of changes of its resources
 * @param logging whether some upstream sends log messages
 * @param ttlMillis for each list the shortest time that an upstream of it gives
 */
record ServedFeatures(
        boolean prompts,
        boolean resources,
        boolean completions,
        boolean subscribe,
        boolean logging,
        Map<FeatureList, Long> ttlMillis) {
    ServedFeatures {
        ttlMillis = Map.copyOf(ttlMillis);
    }

    /** What is served while nothing is known of the upstreams: tools, as soon as there are some. */
    static final ServedFeatures TOOLS_ONLY = new ServedFeatures(false, false, false, false, false, Map.of());

    /** What the view makes of its upstreams' capabilities. */
    static ServedFeatures of(View view, CatalogSnapshot catalog) {
        List<UpstreamView> upstreams = new ArrayList<>();
        for (String alias : view.upstreams()) {
            if (catalog.upstreams().containsKey(alias)) {
                upstreams.add(catalog.upstream(alias));
            }
        }
        List<ServerCapabilities> capabilities =
                upstreams.stream().map(UpstreamView::capabilities).toList();
        boolean prompts =
                !view.selection().prompts().isEmpty() && capabilities.stream().anyMatch(ServerCapabilities::prompts);
        boolean resources = !view.selection().resources().isEmpty()
                && capabilities.stream().anyMatch(ServerCapabilities::resources);
        boolean completions = (prompts || resources) && capabilities.stream().anyMatch(ServerCapabilities::completions);
        Map<FeatureList, Long> ttl = new EnumMap<>(FeatureList.class);
        for (FeatureList list : FeatureList.values()) {
            ttl.put(list, ttlMillis(list, upstreams));
        }
        boolean subscribe = resources && capabilities.stream().anyMatch(ServerCapabilities::resourceSubscribe);
        boolean logging = capabilities.stream().anyMatch(ServerCapabilities::logging);
        return new ServedFeatures(prompts, resources, completions, subscribe, logging, ttl);
    }

    private static long ttlMillis(FeatureList list, List<UpstreamView> upstreams) {
        long shortest = Long.MAX_VALUE;
        for (UpstreamView upstream : upstreams) {
            Revision revision = upstream.revision();
            boolean isListed = upstream.freshness() == Freshness.FRESH || upstream.freshness() == Freshness.LAST_GOOD;
            if (isListed && revision != null && upstream.capabilities().offers(list)) {
                shortest = Math.min(shortest, ttlMillis(list, upstream, revision));
            }
        }
        return shortest;
    }

    /** A legacy server gives no time; as long as it is silent about changes its list may be old at once. */
    private static long ttlMillis(FeatureList list, UpstreamView upstream, Revision revision) {
        if (revision.era() == Era.MODERN) {
            return upstream.ttlMillis();
        }
        return upstream.capabilities().listChanged(list) ? Long.MAX_VALUE : 0;
    }

    /** How long a list stays good, at most {@code most}. */
    long ttlMillis(FeatureList list, long most) {
        return Math.min(most, ttlMillis.getOrDefault(list, Long.MAX_VALUE));
    }

    /** Whether the lists of which a change tells are served; tools always are. */
    boolean serves(ListChange change) {
        return switch (change) {
            case TOOLS -> true;
            case PROMPTS -> prompts;
            case RESOURCES -> resources;
        };
    }

    /**
     * The JSON text of {@code capabilities}. Tools are always served, be it none. Changes of lists are told of whatever the
     * upstreams do: policy changes lists, too.
     */
    String capabilities() {
        StringBuilder json = new StringBuilder("{\"tools\":{\"listChanged\":true}");
        if (prompts) {
            json.append(",\"prompts\":{\"listChanged\":true}");
        }
        if (resources) {
            json.append(",\"resources\":{\"listChanged\":true").append(subscribe ? ",\"subscribe\":true}" : "}");
        }
        if (logging) {
            json.append(",\"logging\":{}");
        }
        if (completions) {
            json.append(",\"completions\":{}");
        }
        return json.append('}').toString();
    }
}
