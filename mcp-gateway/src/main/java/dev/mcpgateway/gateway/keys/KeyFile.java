package dev.mcpgateway.gateway.keys;

import dev.mcpgateway.gateway.keys.VirtualKey.Holder;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The file with all virtual keys. The command line writes it, a running gateway reads it again when it changes. */
public final class KeyFile {
    /** Most keys; expired and revoked ones count for {@link #KEPT}. */
    public static final int KEYS_MAX = 10_000;

    /** How long an ended key is still listed. */
    public static final Duration KEPT = Duration.ofDays(90);

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final StateFile file;

    /** The file in a state folder. */
    public KeyFile(Path stateDir) {
        this.file = new StateFile(stateDir.resolve("keys.json"));
    }

    /** Where it is. */
    public Path path() {
        return file.path();
    }

    /**
     * All keys by id, in the order in which they were made.
     *
     * @throws IOException if the file is damaged or cannot be read
     */
    public Map<String, VirtualKey> read() throws IOException {
        Optional<byte[]> content = file.read();
        Map<String, VirtualKey> keys = new LinkedHashMap<>();
        if (content.isEmpty()) {
            return keys;
        }
        try {
            JsonNode list = JSON.readTree(content.get()).get("keys");
            if (list == null || !list.isArray()) {
                throw damaged("it has no list of keys");
            }
            for (JsonNode each : list) {
                VirtualKey key = key(each);
                if (!SHA256.matcher(key.sha256()).matches() || key.problem().isPresent()) {
                    throw damaged("a key is not as the gateway writes it");
                }
                if (keys.put(key.id(), key) != null) {
                    throw damaged("two keys have one id");
                }
            }
        } catch (JacksonException | DateTimeException malformed) {
            throw damaged("it is not what the gateway writes");
        }
        return keys;
    }

    /**
     * Adds a key.
     *
     * @throws IOException if it cannot be saved, or there are too many
     */
    public void add(VirtualKey key, Instant now) throws IOException {
        var _ = file.locked(() -> {
            Map<String, VirtualKey> keys = current(now);
            keys.put(key.id(), key);
            write(keys);
            return keys;
        });
    }

    /**
     * Revokes a key.
     *
     * @return the key; empty if there is none of that id
     * @throws IOException if that cannot be saved: the key goes on
     */
    public Optional<VirtualKey> revoke(String id, Instant now) throws IOException {
        return change(id, now, key -> key.revokedAt(now));
    }

    /**
     * Puts a new key in the place of an old one, which goes on for a while.
     *
     * @param overlap how long the old one goes on, at most
     * @param end when the new one ends
     * @param sources from where the new one may be used; none for those of the old one
     * @return the new key's entry; empty if there is no good key of that id
     * @throws IOException if that cannot be saved: the old key goes on
     */
    public Optional<VirtualKey> rotate(
            String id, KeyText next, Instant now, String by, Duration overlap, Instant end, Set<String> sources)
            throws IOException {
        return file.locked(() -> {
            Map<String, VirtualKey> keys = current(now);
            VirtualKey old = keys.get(id);
            if (old == null || !old.isGood(now)) {
                return Optional.empty();
            }
            VirtualKey made = old.succeededBy(next, now, by, end, sources);
            Optional<String> problem = made.problem();
            if (problem.isPresent()) {
                throw new IOException(problem.get());
            }
            keys.put(id, old.until(now.plus(overlap)));
            keys.put(made.id(), made);
            write(keys);
            return Optional.of(made);
        });
    }

    private Optional<VirtualKey> change(String id, Instant now, UnaryOperator<VirtualKey> change) throws IOException {
        return file.locked(() -> {
            Map<String, VirtualKey> keys = current(now);
            VirtualKey old = keys.get(id);
            if (old == null) {
                return Optional.empty();
            }
            VirtualKey changed = change.apply(old);
            keys.put(id, changed);
            write(keys);
            return Optional.of(changed);
        });
    }

    private Map<String, VirtualKey> current(Instant now) throws IOException {
        Map<String, VirtualKey> keys = read();
        Instant forgotten = now.minus(KEPT);
        keys.values()
                .removeIf(key -> key.expires().isBefore(forgotten)
                        || Optional.ofNullable(key.revoked())
                                .filter(when -> when.isBefore(forgotten))
                                .isPresent());
        return keys;
    }

    private void write(Map<String, VirtualKey> keys) throws IOException {
        if (keys.size() > KEYS_MAX) {
            throw new IOException("there are " + KEYS_MAX + " keys already: revoke some");
        }
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("keys");
        keys.values().forEach(key -> list.add(json(key)));
        file.write(JSON.writeValueAsBytes(root));
    }

    private static ObjectNode json(VirtualKey key) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", key.id()).put("name", key.name());
        json.put("subject", key.holder().subject())
                .put("client_id", key.holder().clientId());
        // as the files of before, which know no tenant
        if (!key.holder().tenant().isEmpty()) {
            json.put("tenant", key.holder().tenant());
        }
        texts(json.putArray("groups"), key.holder().groups());
        texts(json.putArray("scopes"), key.holder().scopes());
        texts(json.putArray("views"), key.views());
        // as the files of before, which know no sources
        if (!key.sources().isEmpty()) {
            texts(json.putArray("sources"), key.sources());
        }
        json.put("sha256", key.sha256());
        json.put("created", key.created().toString()).put("created_by", key.createdBy());
        json.put("expires", key.expires().toString());
        Instant revoked = key.revoked();
        if (revoked != null) {
            json.put("revoked", revoked.toString());
        }
        return json;
    }

    /** What is said of a key but for its revocation, as one short text: equal for the same key alone. */
    static String form(VirtualKey key) {
        byte[] said = JSON.writeValueAsBytes(json(key).without("revoked"));
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(said));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void texts(ArrayNode list, Set<String> values) {
        VirtualKey.sorted(values).forEach(list::add);
    }

    private VirtualKey key(JsonNode json) throws IOException {
        return new VirtualKey(
                text(json, "id"),
                text(json, "name"),
                new Holder(
                        text(json, "subject"),
                        text(json, "client_id"),
                        texts(json, "groups"),
                        texts(json, "scopes"),
                        json.has("tenant") ? text(json, "tenant") : ""),
                texts(json, "views"),
                json.has("sources") ? texts(json, "sources") : Set.of(),
                text(json, "sha256"),
                Instant.parse(text(json, "created")),
                text(json, "created_by"),
                Instant.parse(text(json, "expires")),
                revoked(json));
    }

    private @Nullable Instant revoked(JsonNode json) throws IOException {
        return json.has("revoked") ? Instant.parse(text(json, "revoked")) : null;
    }

    private Set<String> texts(JsonNode json, String member) throws IOException {
        JsonNode list = json.get(member);
        if (list == null || !list.isArray()) {
            throw damaged("a key has no " + member);
        }
        Set<String> values = new LinkedHashSet<>();
        for (JsonNode each : new ArrayList<>(list.values())) {
            if (!each.isString()) {
                throw damaged("a value of " + member + " is no text");
            }
            values.add(each.stringValue());
        }
        return values;
    }

    private String text(JsonNode json, String member) throws IOException {
        JsonNode value = json.get(member);
        if (value == null || !value.isString()) {
            throw damaged("a key has no " + member);
        }
        return value.stringValue();
    }

    private StateDamaged damaged(String what) {
        return new StateDamaged(file.path().toString(), what);
    }
}
