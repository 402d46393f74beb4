package dev.mcpgateway.connectors.mcp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tools of all upstreams at one moment; immutable.
 *
 * @param version grows with each snapshot
 * @param tools ordered by alias, then by name, so that the same tools always stand in the same order
 * @param upstreams every upstream by its alias, in the order of the configuration
 */
public record CatalogSnapshot(long version, List<CatalogItem> tools, Map<String, UpstreamView> upstreams) {

    /** Copies both. */
    public CatalogSnapshot {
        tools = List.copyOf(tools);
        upstreams = Collections.unmodifiableMap(new LinkedHashMap<>(upstreams));
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
