package dev.mcpgateway.gateway.model.incident;

import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import dev.mcpgateway.policy.CallerCondition.TenantIn;
import dev.mcpgateway.policy.Restriction;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Truth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which tenants' callers are left with what changes nothing and a few models. Kept in a file that survives restarts;
 * decided by the policy, so that what is listed and what may be called stay the same.
 */
public final class Restrictions {
    /** Most restrictions at once. */
    public static final int TENANTS_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Restrictions.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final StateFile file;
    private volatile Map<String, Restricted> byTenant;
    private final AtomicLong changes = new AtomicLong();
    private volatile String problem = "";

    /**
     * Restricts whom the file says.
     *
     * @throws IOException if the file is damaged or cannot be read: nobody knows then who must be restricted
     */
    public Restrictions(StateFile file) throws IOException {
        this.file = file;
        this.byTenant = load(file);
    }

    private static Map<String, Restricted> load(StateFile file) throws IOException {
        Map<String, Restricted> all = new LinkedHashMap<>();
        Optional<byte[]> content = file.read();
        if (content.isEmpty()) {
            return all;
        }
        try {
            for (JsonNode each : JSON.readTree(content.get()).required("restrictions")) {
                List<String> models = new ArrayList<>();
                each.required("models").forEach(model -> models.add(model.stringValue()));
                String tenant = each.required("tenant").stringValue();
                all.put(
                        tenant,
                        new Restricted(
                                tenant,
                                models,
                                each.has("calls_per_minute")
                                        ? OptionalInt.of(
                                                each.get("calls_per_minute").intValue())
                                        : OptionalInt.empty(),
                                each.required("reason").stringValue(),
                                each.required("by").stringValue(),
                                Instant.parse(each.required("since").stringValue())));
            }
        } catch (JacksonException | DateTimeException | IllegalArgumentException malformed) {
            throw new StateDamaged(file.path().toString(), "it is not what the gateway writes");
        }
        return all;
    }

    /** Whether a caller is restricted, by the condition that the policy decides by. */
    public boolean coversOneOf(Subject caller) {
        return byTenant.keySet().stream().anyMatch(tenant -> isOf(tenant).test(caller) != Truth.FALSE);
    }

    private static TenantIn isOf(String tenant) {
        return new TenantIn(Set.of(tenant));
    }

    /** How often one began, changed or ended; what was kept before the newest change is not to be trusted. */
    public long changes() {
        return changes.get();
    }

    /** What is set for a tenant; empty for nothing. */
    public Optional<Restricted> of(String tenant) {
        return Optional.ofNullable(byTenant.get(tenant));
    }

    /** All in force, the oldest first. */
    public List<Restricted> all() {
        return List.copyOf(byTenant.values());
    }

    /** The same for the policy. */
    public List<Restriction> forPolicy() {
        return byTenant.values().stream()
                .map(each -> new Restriction(
                        "restriction." + shortHash(each.tenant()),
                        List.of(isOf(each.tenant())),
                        Set.copyOf(each.models()),
                        each.callsPerMinute()))
                .toList();
    }

    private static String shortHash(String tenant) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(tenant.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Restricts a tenant, in the place of what was set for it before. What cannot be saved holds until the next restart, and
     * {@link #problem} says so.
     *
     * @return whether there was room for it
     */
    public synchronized boolean set(Restricted restricted) {
        Map<String, Restricted> next = new LinkedHashMap<>(byTenant);
        next.remove(restricted.tenant());
        if (next.size() >= TENANTS_MAX) {
            return false;
        }
        next.put(restricted.tenant(), restricted);
        byTenant = next;
        changes.incrementAndGet();
        try {
            save(next);
            problem = "";
        } catch (IOException failure) {
            problem = "the restrictions in force are not saved: " + failure.getMessage();
            LOG.error("{}", problem);
        }
        return true;
    }

    /**
     * Ends a tenant's restriction.
     *
     * @return whether there was one
     * @throws IOException if that cannot be saved: it goes on
     */
    public synchronized boolean lift(String tenant) throws IOException {
        Map<String, Restricted> next = new LinkedHashMap<>(byTenant);
        if (next.remove(tenant) == null) {
            return false;
        }
        save(next);
        problem = "";
        // first, so that who sees the end sees that something changed
        changes.incrementAndGet();
        byTenant = next;
        return true;
    }

    /** Why a restart would forget one; empty when it would not. */
    public String problem() {
        return problem;
    }

    private void save(Map<String, Restricted> all) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("restrictions");
        all.values().forEach(each -> {
            ObjectNode json = list.addObject().put("tenant", each.tenant());
            ArrayNode models = json.putArray("models");
            each.models().forEach(models::add);
            each.callsPerMinute().ifPresent(most -> json.put("calls_per_minute", most));
            json.put("reason", each.reason())
                    .put("by", each.by())
                    .put("since", each.since().toString());
        });
        file.write(JSON.writeValueAsBytes(root));
    }
}
