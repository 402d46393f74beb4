package dev.mcpgateway.connectors.mcp;

import dev.mcpgateway.connectors.mcp.UpstreamView.Freshness;
import dev.mcpgateway.connectors.net.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all upstreams offer, kept up to date by one thread per upstream: at the start, when it announces changes, and by
 * time. An upstream that is down keeps its last good lists for a grace time; one that is slow or dead delays or empties
 * nobody else's.
 */
public final class Catalog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Catalog.class);

    private static final Comparator<CatalogItem> ORDER = Comparator.comparing(CatalogItem::alias)
            .thenComparing(item -> item.definition().name());

    private final TimeSource time;
    private final Duration grace;
    private final Map<String, Long> downSinceNanos = new HashMap<>();
    private final Consumer<CatalogSnapshot> listener;
    private final List<CatalogRefresher> refreshers = new ArrayList<>();
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final CountDownLatch triedOnce;
    private final Object publishing = new Object();
    private volatile CatalogSnapshot snapshot;

    /** One upstream's share of the catalogue. */
    private record Part(Map<FeatureList, List<Definition>> lists, UpstreamView view) {}

    /**
     * Prepares everything; nothing is asked yet.
     *
     * @param upstreams all upstreams; their aliases differ
     * @param listener is given each new snapshot, in order, on a refresher's thread; must not block
     */
    public Catalog(
            List<? extends McpUpstream> upstreams,
            CatalogSettings settings,
            Surroundings surroundings,
            Consumer<CatalogSnapshot> listener) {
        this.time = surroundings.time();
        this.grace = settings.grace();
        this.listener = listener;
        for (McpUpstream upstream : upstreams) {
            UpstreamView pending =
                    new UpstreamView(Freshness.PENDING, time.now(), "", null, ServerCapabilities.NONE, 0, List.of());
            if (parts.put(Alias.checked(upstream.alias()), new Part(Map.of(), pending)) != null) {
                throw new IllegalArgumentException("two upstreams have the alias " + upstream.alias());
            }
            refreshers.add(new CatalogRefresher(upstream, this, settings, surroundings));
        }
        this.triedOnce = new CountDownLatch(refreshers.size());
        this.snapshot = assembled(0);
    }

    /** Starts asking; returns at once. */
    public void start() {
        refreshers.forEach(CatalogRefresher::start);
    }

    /** The newest snapshot. */
    public CatalogSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Waits until every upstream was asked once, successfully or not.
     *
     * @return false when the time was over before
     */
    public boolean awaitFirst(Duration atMost) throws InterruptedException {
        return triedOnce.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Asks this upstream again soon, as if it had announced a change. Unknown aliases are ignored. */
    public void refresh(String alias) {
        for (CatalogRefresher refresher : refreshers) {
            if (refresher.alias().equals(alias)) {
                refresher.wake();
            }
        }
    }

    void triedOnce() {
        triedOnce.countDown();
    }

    /** An upstream gave its list. */
    void accept(String alias, Offer offer) {
        synchronized (publishing) {
            Part before = part(alias);
            if (downSinceNanos.remove(alias) != null) {
                LOG.info("upstream {} gives its lists again", alias);
            }
            List<String> problems = new ArrayList<>(offer.problems());
            Map<FeatureList, List<Definition>> lists = new EnumMap<>(FeatureList.class);
            lists.putAll(before.lists());
            offer.lists().forEach((list, entries) -> lists.put(list, exposable(list, alias, entries, problems)));
            boolean wasFresh = before.view().freshness() == Freshness.FRESH;
            UpstreamView view = new UpstreamView(
                    Freshness.FRESH,
                    wasFresh ? before.view().since() : time.now(),
                    "",
                    offer.revision(),
                    offer.capabilities(),
                    offer.ttlMillis(),
                    problems);
            boolean same = sameLists(before.lists(), lists) && before.view().equals(view);
            if (!same) {
                problems.forEach(problem -> LOG.warn("upstream {}: {}", alias, problem));
                publish(alias, new Part(lists, view));
            }
        }
    }

    /** An upstream could not be asked. */
    void failed(String alias, String reason) {
        synchronized (publishing) {
            Part before = part(alias);
            UpstreamView view = before.view();
            Freshness freshness = freshnessAfterFailure(alias, view, reason);
            Map<FeatureList, List<Definition>> kept = freshness == Freshness.DOWN ? Map.of() : before.lists();
            UpstreamView now = new UpstreamView(
                    freshness,
                    view.freshness() == freshness ? view.since() : time.now(),
                    reason,
                    view.revision(),
                    freshness == Freshness.DOWN ? ServerCapabilities.NONE : view.capabilities(),
                    view.ttlMillis(),
                    view.problems());
            if (!now.equals(view)) {
                publish(alias, new Part(kept, now));
            }
        }
    }

    /** What an upstream offered is promised for a while after it went down, and not for ever. */
    private Freshness freshnessAfterFailure(String alias, UpstreamView view, String reason) {
        boolean hasList = view.freshness() == Freshness.FRESH || view.freshness() == Freshness.LAST_GOOD;
        long now = time.nanos();
        long since = downSinceNanos.computeIfAbsent(alias, first -> now);
        if (!hasList) {
            return Freshness.DOWN;
        }
        if (now - since >= grace.toNanos()) {
            LOG.warn("upstream {} has been down for {}: what it offers leaves the lists", alias, grace);
            return Freshness.DOWN;
        }
        if (view.freshness() == Freshness.FRESH) {
            LOG.warn("upstream {} is down, its last good lists are kept for {}: {}", alias, grace, reason);
        }
        return Freshness.LAST_GOOD;
    }

    private Part part(String alias) {
        Part part = parts.get(alias);
        if (part == null) {
            throw new IllegalArgumentException("no upstream " + alias);
        }
        return part;
    }

    /** In the order of their names, without those whose exposed name another one has: a name leads to one tool. */
    private static List<Definition> exposable(
            FeatureList list, String alias, List<Definition> entries, List<String> problems) {
        List<Definition> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparing(Definition::name));
        if (list != FeatureList.TOOLS && list != FeatureList.PROMPTS) {
            return List.copyOf(sorted);
        }
        Set<String> exposed = new HashSet<>();
        sorted.removeIf(entry -> {
            boolean taken = !exposed.add(new CatalogItem(list, alias, entry).exposedName());
            if (taken) {
                problems.add(
                        "an entry of its " + list.method() + " was left out since another one has its exposed name: "
                                + Printable.of(entry.name(), OfferPages.NAME_CHARS_MAX));
            }
            return taken;
        });
        return List.copyOf(sorted);
    }

    private static boolean sameLists(
            Map<FeatureList, List<Definition>> before, Map<FeatureList, List<Definition>> now) {
        for (FeatureList list : FeatureList.values()) {
            if (!same(before.getOrDefault(list, List.of()), now.getOrDefault(list, List.of()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean same(List<Definition> before, List<Definition> now) {
        if (before.size() != now.size()) {
            return false;
        }
        for (int i = 0; i < now.size(); i++) {
            if (!before.get(i).sha256().equals(now.get(i).sha256())) {
                return false;
            }
        }
        return true;
    }

    private void publish(String alias, Part part) {
        parts.put(alias, part);
        CatalogSnapshot next = assembled(snapshot.version() + 1);
        snapshot = next;
        listener.accept(next);
    }

    private CatalogSnapshot assembled(long version) {
        Map<String, UpstreamView> views = new LinkedHashMap<>();
        parts.forEach((alias, part) -> views.put(alias, part.view()));
        Map<FeatureList, List<CatalogItem>> items = new EnumMap<>(FeatureList.class);
        for (FeatureList list : FeatureList.values()) {
            items.put(list, assembled(list));
        }
        return new CatalogSnapshot(version, items, views);
    }

    private List<CatalogItem> assembled(FeatureList list) {
        List<CatalogItem> items = new ArrayList<>();
        parts.forEach((alias, part) -> {
            for (Definition entry : part.lists().getOrDefault(list, List.of())) {
                items.add(new CatalogItem(list, alias, entry));
            }
        });
        items.sort(ORDER);
        return items;
    }

    /** Stops asking. The upstreams stay open: they belong to whoever made them. */
    @Override
    public void close() {
        refreshers.forEach(CatalogRefresher::close);
    }
}
