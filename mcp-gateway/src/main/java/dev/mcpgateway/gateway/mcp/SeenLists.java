package dev.mcpgateway.gateway.mcp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mcpgateway.connectors.mcp.FeatureList;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.policy.Policy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What callers saw of the lists, kept for as long as it cannot have changed: the same verified credential, the same table,
 * the same policy, and no rule that began or ended meanwhile. Agents list often and tables change rarely. Lists alone are
 * kept; each use of a feature is decided anew.
 */
final class SeenLists {
    /** Most entries kept, over all callers; one costs some bytes, its definition belongs to the table. */
    private static final long ENTRIES_MAX = 2_000_000;

    /** A list keeps its table, and with it all definitions of an earlier catalogue, from being collected. */
    private static final Duration KEPT_MAX = Duration.ofMinutes(1);

    /** By the caller's object, which lives as long as its credential is remembered, then by list. */
    private final Cache<Caller, ConcurrentMap<Key, Seen>> byCaller = Caffeine.newBuilder()
            .weakKeys()
            .expireAfterWrite(KEPT_MAX)
            .maximumWeight(ENTRIES_MAX)
            .weigher((Caller caller, ConcurrentMap<Key, Seen> seen) -> weight(seen))
            .build();

    private record Key(String view, FeatureList list) {}

    /**
     * A list as a caller sees it.
     *
     * @param namesSha256 SHA-256 of the names in order, each followed by a line feed, in hexadecimal
     * @param until from when on a rule may change it
     */
    record Seen(ViewTable table, Policy policy, Instant until, List<? extends Listed> entries, String namesSha256) {
        @SuppressWarnings("ReferenceEquality") // made anew, either may differ in what no number tells
        private boolean holds(ViewTable currentTable, Policy currentPolicy, Instant now) {
            return table == currentTable && policy == currentPolicy && now.isBefore(until);
        }
    }

    /** What the caller sees of a list of the view now. */
    Seen of(Caller caller, String view, FeatureList list, ViewTable table, Policy policy, Instant now) {
        Key key = new Key(view, list);
        ConcurrentMap<Key, Seen> ofCaller = byCaller.getIfPresent(caller);
        Seen known = ofCaller == null ? null : ofCaller.get(key);
        if (known != null && known.holds(table, policy, now)) {
            return known;
        }
        List<? extends Listed> entries = ListPath.visible(list, table, policy, caller.subject(), now);
        Seen seen = new Seen(table, policy, policy.steadyUntil(now), entries, sha256(entries));
        ConcurrentMap<Key, Seen> all = ofCaller == null ? new ConcurrentHashMap<>() : ofCaller;
        all.put(key, seen);
        // put again, so that it is weighed anew
        byCaller.put(caller, all);
        return seen;
    }

    private static int weight(ConcurrentMap<Key, Seen> seen) {
        return 1
                + seen.values().stream().mapToInt(each -> each.entries().size()).sum();
    }

    private static String sha256(List<? extends Listed> entries) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Listed entry : entries) {
                digest.update(entry.exposedName().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) '\n');
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
