package dev.mcpgateway.connectors.mcp;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What all upstreams offer at one moment; immutable.
 *
 * @param version grows with each snapshot
 * @param items each list, ordered by alias, then by name, so that the same entries always stand in the same order
 * @param upstreams every upstream by its alias, in the order of the configuration
 */
public record CatalogSnapshot(
        long version, Map<FeatureList, List<CatalogItem>> items, Map<String, UpstreamView> upstreams) {

    /** Copies both. */
    public CatalogSnapshot {
        EnumMap<FeatureList, List<CatalogItem>> copy = new EnumMap<>(FeatureList.class);
        items.forEach((list, entries) -> copy.put(list, List.copyOf(entries)));
        items = Collections.unmodifiableMap(copy);
        upstreams = Collections.unmodifiableMap(new LinkedHashMap<>(upstreams));
    }

    /** One of the lists. */
    public List<CatalogItem> items(FeatureList list) {
        return items.getOrDefault(list, List.of());
    }

    /** The tools of all upstreams. */
    public List<CatalogItem> tools() {
        return items(FeatureList.TOOLS);
    }

    /**
     * The view of one upstream.
     *
     * @throws IllegalArgumentException if there is none of that alias
     */
    public UpstreamView upstream(String alias) {
        UpstreamView view = upstreams.get(alias);
        if (view == null) {
            throw new IllegalArgumentException("no upstream of that alias");
        }
        return view;
    }
}
