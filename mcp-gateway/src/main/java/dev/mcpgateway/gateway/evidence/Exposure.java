package dev.mcpgateway.gateway.evidence;

import dev.mcpgateway.audit.AuditQuery;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.AuditRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The exposure matrix: what of each class of artifact the gateway held or handed on in a time, by its audit log. It says what
 * can have been exposed to whoever held the gateway then, not what was.
 */
public final class Exposure {
    /** Its columns. */
    public static final List<String> COLUMNS = List.of(
            "artifact", "item", "where", "protection", "tenants", "count", "exposure", "rotation", "first", "last");

    private static final int ITEMS_MAX = 10_000;
    private static final int TENANTS_MAX = 100;
    private static final String PROVIDER_KEY = "key of provider ";
    private static final String VIRTUAL_KEY = "virtual key ";
    private static final String KEPT_CONTENT = "kept content of tenant ";

    /** Decisions after which another provider than before has the request, too. */
    private static final Set<String> ASKED_ANOTHER = Set.of("fallback", "hedge");

    /** The classes, in the order of the matrix. */
    private enum Artifact {
        SECRET_MATERIAL,
        REQUEST_AND_RESPONSE_HISTORY,
        TENANT_ROUTING_METADATA,
        POLICY_OVERRIDE_RECORDS
    }

    private final String tenant;
    private final Map<String, String> kept;
    private final Map<Artifact, Map<String, Item>> items = new TreeMap<>();
    private final Map<String, String> rotations = new LinkedHashMap<>();
    private boolean cut;

    /** One row while it is counted. */
    private static final class Item {
        private String where;
        private String protection;
        private final Names tenants = new Names(TENANTS_MAX);
        private final Names details = new Names(TENANTS_MAX);
        private long count;
        private long bytesOut;
        private long bytesIn;
        private long tokens;
        private String first = "";
        private String last = "";

        private Item(String where, String protection) {
            this.where = where;
            this.protection = protection;
        }
    }

    /**
     * A matrix, and what was wrong with the log.
     *
     * @param damaged places that could not be read
     * @param isCut whether there was more than fits
     */
    public record Matrix(Grid grid, List<String> damaged, boolean isCut) {
        /** Copies the list. */
        public Matrix {
            damaged = List.copyOf(damaged);
        }
    }

    private Exposure(String tenant, Map<String, String> kept) {
        this.tenant = tenant;
        this.kept = kept;
    }

    /**
     * Reads the log once for what was used and once for what was rotated up to now.
     *
     * @param tenant whose alone; empty for all
     * @param kept where the configuration has answers of models kept, by their aliases; what the log says is kept is told
     *     without it
     * @throws IOException if the log cannot be read
     */
    public static Matrix of(AuditReader log, Instant from, Instant to, String tenant, Map<String, String> kept)
            throws IOException {
        Exposure exposure = new Exposure(tenant, kept);
        AuditReader.Result read = log.read(query("", from, to), exposure::add);
        var _ = log.read(query("admin.*", from, AuditQuery.ALL.to()), exposure::rotation);
        return new Matrix(new Grid(COLUMNS, exposure.rows()), read.damaged(), exposure.cut);
    }

    private static AuditQuery query(String event, Instant from, Instant to) {
        return new AuditQuery(Set.of(), "", "", "", event, from, to, false, 0);
    }

    /** What was done about a secret since the beginning of the time, also after its end: the newest counts. */
    private void rotation(AuditRecord found) {
        String target = found.text("detail.target");
        if (rotations.size() >= ITEMS_MAX) {
            cut = true;
        } else if (found.text("ev").equals("admin.credentials.rotate")) {
            rotations.put(PROVIDER_KEY + target, found.text("ts") + " " + found.text("detail.result"));
        } else if (found.text("ev").equals("admin.virtual_key.revoked")) {
            rotations.put(VIRTUAL_KEY + target.replaceAll(" .*", ""), found.text("ts") + " revoked");
        } else if (found.text("ev").equals("admin.content.erased")) {
            rotations.put(KEPT_CONTENT + target, found.text("ts") + " erased " + found.text("detail.result"));
        }
    }

    private void add(AuditRecord found) {
        String event = found.text("ev");
        String whose = found.text("tenant");
        boolean isOverride = event.startsWith("policy.") || event.startsWith("kill.") || event.startsWith("admin.");
        // an override without a tenant is about all of them
        if (!tenant.isEmpty() && !tenant.equals(whose) && !(isOverride && whose.isEmpty())) {
            return;
        }
        if (isOverride) {
            Item item = item(Artifact.POLICY_OVERRIDE_RECORDS, event, "audit log, state folder", "signed, in clear");
            count(item, found);
            item.details.add(found.text("detail.administrator"));
        } else if (event.endsWith(".intent")) {
            intent(found);
        } else if (event.endsWith(".outcome")) {
            outcome(found);
        } else if (event.equals("content.kept")) {
            kept(found);
        }
    }

    /** Answers that are given again are in the gateway itself; a hit shows it where no configuration is at hand. */
    private void answersKept(Item history, String alias, String cache) {
        String where = kept.getOrDefault(
                alias, cache.isEmpty() ? "" : "memory of the gateway (answers of the " + cache + " cache)");
        if (!where.isEmpty() && !history.where.contains(where)) {
            history.where += "; " + where;
            history.protection += "; kept answers sealed with a key of the tenant that is in memory alone";
        }
    }

    /** Who held the gateway then saw the content of calls that it made, and can open none of the files. */
    private void kept(AuditRecord found) {
        Item kept = item(
                Artifact.REQUEST_AND_RESPONSE_HISTORY,
                KEPT_CONTENT + found.text("tenant"),
                "content folder; digests in the audit log",
                "sealed for the tenant's key, which is not here");
        count(kept, found);
        kept.bytesIn += number(found, "detail.bytes");
        kept.details.add(found.text("detail.key"));
    }

    private void intent(AuditRecord found) {
        String provider = found.text("model.provider");
        String server = found.text("tool.server");
        if (!provider.isEmpty()) {
            key(provider, found);
        }
        if (!server.isEmpty()) {
            Item credential = item(
                    Artifact.SECRET_MATERIAL,
                    "credential of upstream " + server,
                    "secret file, variable or store; memory",
                    "by reference; never in the log");
            count(credential, found);
        }
        String virtualKey = found.text("actor.key");
        if (!virtualKey.isEmpty()) {
            Item key = item(
                    Artifact.SECRET_MATERIAL,
                    VIRTUAL_KEY + virtualKey,
                    "the agent; its hash in the state folder",
                    "SHA-256 alone");
            count(key, found);
        }
    }

    private void key(String provider, AuditRecord found) {
        Item key = item(
                Artifact.SECRET_MATERIAL,
                PROVIDER_KEY + provider,
                "secret file, variable or store; memory",
                "by reference; never in the log");
        count(key, found);
    }

    /** Who answered, not who was to be asked first. */
    private static String answered(AuditRecord found) {
        String by = found.text("model.by.provider");
        return by.isEmpty() ? found.text("model.provider") : by;
    }

    private void outcome(AuditRecord found) {
        String alias = found.text("model.alias");
        String server = found.text("tool.server");
        String what = alias.isEmpty() ? "calls of upstream " + server : "calls of model " + alias;
        if (alias.isEmpty() && server.isEmpty()) {
            return;
        }
        Item history = item(
                Artifact.REQUEST_AND_RESPONSE_HISTORY,
                what,
                alias.isEmpty() ? "the upstream; audit log" : "the provider; audit log",
                "sizes and pseudonyms alone in the log");
        count(history, found);
        if (!alias.isEmpty()) {
            answersKept(history, alias, found.text("model.cache"));
        }
        history.bytesIn += number(found, "outcome.bytes_in");
        history.bytesOut += number(found, "result.bytes");
        history.tokens += number(found, "model.usage.input") + number(found, "model.usage.output");
        history.details.add(answered(found));
        found.fields().at("/model/routing").forEach(step -> {
            if (ASKED_ANOTHER.contains(step.path("kind").asString(""))) {
                for (String end : List.of("from", "to")) {
                    String provider = step.path(end).asString("").replaceAll("/.*", "");
                    history.details.add(provider);
                    // the intent has counted the one that was to be asked first
                    if (!provider.isEmpty() && !provider.equals(found.text("model.provider"))) {
                        key(provider, found);
                    }
                }
            }
        });
        if (!alias.isEmpty()) {
            String whose = found.text("tenant");
            Item routing = item(
                    Artifact.TENANT_ROUTING_METADATA,
                    whose.isEmpty() ? "callers without a tenant" : "tenant " + whose,
                    "audit log, telemetry, ledger",
                    "signed, in clear");
            count(routing, found);
            String served = found.text("model.served");
            routing.details.add(alias + ">" + (served.isEmpty() ? found.text("model.name") : served));
        }
    }

    private static long number(AuditRecord found, String path) {
        return found.fields().at("/" + path.replace('.', '/')).asLong(0);
    }

    private Item item(Artifact artifact, String name, String where, String protection) {
        Map<String, Item> ofArtifact = items.computeIfAbsent(artifact, _ -> new TreeMap<>());
        Item known = ofArtifact.get(name);
        if (known != null) {
            return known;
        }
        Item fresh = new Item(where, protection);
        if (ofArtifact.size() >= ITEMS_MAX) {
            cut = true;
        } else {
            ofArtifact.put(name, fresh);
        }
        return fresh;
    }

    private static void count(Item item, AuditRecord found) {
        item.count++;
        item.tenants.add(found.text("tenant"));
        item.first = item.first.isEmpty() ? found.text("ts") : item.first;
        item.last = found.text("ts");
    }

    private List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (Artifact artifact : Artifact.values()) {
            items.getOrDefault(artifact, Map.of())
                    .forEach((name, item) -> rows.add(List.of(
                            artifact.name().toLowerCase(Locale.ROOT),
                            name,
                            item.where,
                            item.protection,
                            item.tenants.list(),
                            Long.toString(item.count),
                            exposure(artifact, name, item),
                            rotation(artifact, name),
                            item.first,
                            item.last)));
        }
        return rows;
    }

    private static String exposure(Artifact artifact, String name, Item item) {
        if (name.startsWith(KEPT_CONTENT)) {
            return item.bytesIn + " sealed bytes, for key " + item.details.list();
        }
        return switch (artifact) {
            case SECRET_MATERIAL -> "used in " + item.count + " calls";
            case REQUEST_AND_RESPONSE_HISTORY ->
                item.bytesIn + " bytes received, " + item.bytesOut + " handed on, " + item.tokens + " tokens"
                        + (item.details.list().isEmpty() ? "" : "; content went to " + item.details.list());
            case TENANT_ROUTING_METADATA -> item.details.list();
            case POLICY_OVERRIDE_RECORDS -> "by " + (item.details.list().isEmpty() ? "files" : item.details.list());
        };
    }

    private String rotation(Artifact artifact, String name) {
        return rotations.getOrDefault(name, artifact == Artifact.SECRET_MATERIAL ? "none recorded" : "");
    }
}
