package dev.mcpgateway.gateway.secrets;

import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long each secret has had its value, across restarts. Of a value nothing is kept but 32 bits of a keyed hash: enough
 * to see that it has changed, and no help in guessing it.
 */
public final class SecretAges {
    /** From this age on a line in the log asks for a rotation, once a day. */
    public static final Duration OLD = Duration.ofDays(90);

    private static final Logger LOG = LoggerFactory.getLogger(SecretAges.class);
    private static final Duration REMINDER = Duration.ofDays(1);
    private static final int KEY_BYTES = 32;
    private static final int MARK_BYTES = 4;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Map<String, SecretSource> sources;
    private final StateFile file;
    private final InstantSource clock;
    private final byte[] key = new byte[KEY_BYTES];
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, Instant> reminded = new LinkedHashMap<>();

    /** Whether the file has what nothing refers to any more. */
    private boolean stale;

    /** What is kept; {@code mark} is empty as long as it was never read. */
    private record Entry(
            Instant firstSeen, String mark, @Nullable Instant since, boolean told, String problem) {}

    /**
     * Knows what the file says; nothing is read yet. A file that cannot be read is begun anew, and all ages with it.
     *
     * @param sources secrets by name
     * @param strong for the key of the hashes
     */
    public SecretAges(Map<String, SecretSource> sources, StateFile file, InstantSource clock, RandomGenerator strong) {
        this.sources = new LinkedHashMap<>(sources);
        this.file = file;
        this.clock = clock;
        strong.nextBytes(key);
        try {
            file.read().ifPresent(this::load);
        } catch (IOException | JacksonException | DateTimeException | IllegalArgumentException failure) {
            entries.clear();
            LOG.error("the ages of secrets are not known any more: {}", failure.getMessage());
        }
    }

    private void load(byte[] content) {
        JsonNode root = JSON.readTree(content);
        byte[] kept = HexFormat.of().parseHex(root.path("key").asString(""));
        if (kept.length != KEY_BYTES) {
            throw new IllegalArgumentException(file.path() + " has no key");
        }
        System.arraycopy(kept, 0, key, 0, KEY_BYTES);
        for (JsonNode each : root.path("secrets")) {
            String since = each.path("since").asString("");
            entries.put(
                    each.path("name").asString(""),
                    new Entry(
                            Instant.parse(each.path("first_seen").asString("")),
                            each.path("mark").asString(""),
                            since.isEmpty() ? null : Instant.parse(since),
                            each.path("told").asBoolean(false),
                            ""));
        }
        stale = entries.keySet().retainAll(sources.keySet());
    }

    /** Reads all secrets and notes what has changed. May take as long as the slowest source. */
    public void look() {
        Map<String, Entry> seen = new LinkedHashMap<>();
        sources.forEach((name, source) -> seen.put(name, entry(name, source)));
        boolean changed;
        synchronized (this) {
            changed = stale || !withoutProblems(entries).equals(withoutProblems(seen));
            stale = false;
            entries.clear();
            entries.putAll(seen);
        }
        if (changed) {
            save(seen);
        }
        remind();
    }

    private Entry entry(String name, SecretSource source) {
        Instant now = clock.instant();
        Entry before;
        synchronized (this) {
            before = entries.getOrDefault(name, new Entry(now, "", null, false, ""));
        }
        try {
            String mark = mark(name, source.read().expose());
            Optional<Instant> told = source.since();
            boolean isSame = mark.equals(before.mark());
            if (!isSame && !before.mark().isEmpty()) {
                LOG.atInfo().addKeyValue("secret", name).log("a secret has a new value");
            }
            if (told.isPresent()) {
                return new Entry(before.firstSeen(), mark, told.get(), true, "");
            }
            if (isSame) {
                return new Entry(before.firstSeen(), mark, before.since(), before.told(), "");
            }
            return new Entry(before.firstSeen(), mark, before.mark().isEmpty() ? before.firstSeen() : now, false, "");
        } catch (SecretUnavailable unavailable) {
            return new Entry(
                    before.firstSeen(),
                    before.mark(),
                    before.since(),
                    before.told(),
                    String.valueOf(unavailable.getMessage()));
        }
    }

    private String mark(String name, String value) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(name.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            byte[] whole = mac.doFinal(value.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(Arrays.copyOf(whole, MARK_BYTES));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Map<String, Entry> withoutProblems(Map<String, Entry> entries) {
        Map<String, Entry> kept = new LinkedHashMap<>();
        entries.forEach((name, entry) ->
                kept.put(name, new Entry(entry.firstSeen(), entry.mark(), entry.since(), entry.told(), "")));
        return kept;
    }

    private void save(Map<String, Entry> seen) {
        ObjectNode root = JSON.createObjectNode();
        root.put("key", HexFormat.of().formatHex(key));
        ArrayNode list = root.putArray("secrets");
        seen.forEach((name, entry) -> {
            ObjectNode json = list.addObject();
            json.put("name", name).put("first_seen", entry.firstSeen().toString());
            json.put("mark", entry.mark());
            Optional.ofNullable(entry.since()).ifPresent(since -> json.put("since", since.toString()));
            if (entry.told()) {
                json.put("told", true);
            }
        });
        try {
            file.write(JSON.writeValueAsBytes(root));
        } catch (IOException failure) {
            LOG.error("the ages of secrets are not saved: {}", failure.getMessage());
        }
    }

    private void remind() {
        Instant now = clock.instant();
        for (SecretAge each : all()) {
            Instant since = each.since();
            Instant last = reminded.getOrDefault(each.name(), Instant.MIN);
            boolean due = last.equals(Instant.MIN) || !now.isBefore(last.plus(REMINDER));
            if (since != null && !now.isBefore(since.plus(OLD)) && due) {
                reminded.put(each.name(), now);
                LOG.atWarn()
                        .addKeyValue("secret", each.name())
                        .addKeyValue("days", Duration.between(since, now).toDays())
                        .log("a secret is old: rotate it");
            }
        }
    }

    /** What is known, in the order of the configuration. */
    public synchronized List<SecretAge> all() {
        List<SecretAge> ages = new ArrayList<>();
        entries.forEach((name, entry) ->
                ages.add(new SecretAge(name, entry.firstSeen(), entry.since(), entry.told(), entry.problem())));
        return ages;
    }

    /** Seconds since each secret got its value, by name; those that were never read are left out. */
    public Map<String, Long> seconds() {
        Instant now = clock.instant();
        Map<String, Long> seconds = new LinkedHashMap<>();
        for (SecretAge each : all()) {
            Instant since = each.since();
            if (since != null) {
                seconds.put(each.name(), Duration.between(since, now).toSeconds());
            }
        }
        return seconds;
    }
}
