package dev.mcpgateway.gateway.identity;

import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.config.IssuerProfile;
import dev.mcpgateway.gateway.config.SenderConstraint;
import dev.mcpgateway.gateway.keys.KeyFile;
import dev.mcpgateway.gateway.keys.KeyText;
import dev.mcpgateway.gateway.keys.KnownKeys;
import dev.mcpgateway.gateway.keys.VirtualKey;
import dev.mcpgateway.policy.Subject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes virtual keys as bearer tokens. An unknown key costs one hash; a revoked or new one is seen within
 * {@value #LOOK_MILLIS} ms, because the file is looked at again with use. While the file cannot be read no key is good:
 * the one in question may have been revoked in it.
 */
public final class VirtualKeys extends TokenVerifier {
    /** The {@code iss} of their callers. */
    public static final String ISSUER = "urn:mcp-gateway:keys";

    /** Between two looks at the file. */
    static final long LOOK_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(VirtualKeys.class);
    private static final long LOOK_NANOS = Duration.ofMillis(LOOK_MILLIS).toNanos();
    private static final String NO_HASH = "0".repeat(64);

    private final IssuerProfile profile;
    private final ScopeHierarchy scopes;
    private final KeyFile file;
    private final Map<String, String> views;
    private final TimeSource time;
    private final BiConsumer<Map<String, VirtualKey>, Map<String, VirtualKey>> changed;
    private final ReentrantLock looking = new ReentrantLock();
    private final KnownKeys known;
    private final BooleanSupplier frozen;
    private volatile Loaded loaded;

    /** A key and what it proves, made once. */
    private record Entry(VirtualKey key, VerifiedToken token) {}

    /** Two versions of a file differ in at least one of these; all are empty when there is none. */
    private record Version(
            @Nullable FileTime modified,
            long size,
            @Nullable Object key) {
        static final Version NONE = new Version(null, -1, null);

        /** Like no file, so that the next look reads it again. */
        static final Version WITHHELD = new Version(null, -3, null);
    }

    private record Loaded(
            Map<String, VirtualKey> keys,
            Map<String, Entry> entries,
            Version version,
            long lookedNanos,
            String problem) {
        Loaded lookedAgain(long now) {
            return new Loaded(keys, entries, version, now, problem);
        }
    }

    /**
     * Keys of this file.
     *
     * @param alias what policy calls their issuer
     * @param scopes which scopes hold others
     * @param views audience of each view by its name
     * @param known which of them are good while no new ones are taken
     * @param frozen whether that is so; asked at the first look, too
     * @param changed told of the keys before and after each change of the file
     */
    public VirtualKeys(
            String alias,
            KeyFile file,
            ScopeHierarchy scopes,
            Map<String, String> views,
            TimeSource time,
            KnownKeys known,
            BooleanSupplier frozen,
            BiConsumer<Map<String, VirtualKey>, Map<String, VirtualKey>> changed) {
        this.profile = profile(alias);
        this.scopes = scopes;
        this.file = file;
        this.views = Map.copyOf(views);
        this.time = time;
        this.known = known;
        this.frozen = frozen;
        this.changed = changed;
        this.loaded = load(new Loaded(Map.of(), Map.of(), Version.NONE, time.nanos(), ""), version(), time.nanos());
    }

    /** Nothing in it is asked of a key but its alias: no virtual key is bound to a key of its sender. */
    private static IssuerProfile profile(String alias) {
        return new IssuerProfile(
                alias,
                ISSUER,
                "",
                Set.of(),
                Set.of(),
                Set.of(),
                "client_id",
                "scope",
                "groups",
                "tenant",
                Duration.ZERO,
                Duration.ZERO,
                true,
                Set.of(),
                SenderConstraint.NONE,
                false);
    }

    @Override
    boolean takes(String token) {
        return token.startsWith(KeyText.PREFIX);
    }

    @Override
    VerifiedToken verify(String token, String audience, Gate gate) throws BadToken, KeysUnavailable {
        KeyText text =
                KeyText.parse(token).orElseThrow(() -> new BadToken(TokenStep.FORM, "virtual key is mistyped or cut"));
        Loaded now = current();
        if (!now.problem().isEmpty()) {
            throw new KeysUnavailable(now.problem());
        }
        Entry entry = now.entries().get(text.id());
        byte[] offered = hash(text.sha256());
        // compared also when there is none, so that both cost the same
        boolean same = MessageDigest.isEqual(
                offered, hash(entry == null ? NO_HASH : entry.key().sha256()));
        if (entry == null || !same) {
            throw new BadToken(TokenStep.KEY, "virtual key is not known");
        }
        VirtualKey key = entry.key();
        if (!key.isGood(time.now())) {
            throw new BadToken(TokenStep.TIMES, "virtual key " + key.id() + " is " + key.state(time.now()));
        }
        if (key.views().stream().noneMatch(view -> audience.equals(views.get(view)))) {
            throw new BadToken(TokenStep.AUDIENCE, "virtual key " + key.id() + " is for another view");
        }
        return entry.token();
    }

    private static byte[] hash(String hexadecimal) {
        return hexadecimal.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    List<String> notReady() {
        String problem = current().problem();
        return problem.isEmpty() ? List.of() : List.of(problem);
    }

    /** Looks at the file now, so that what has changed is told of also while no key is used. */
    public void look() {
        looking.lock();
        try {
            long now = time.nanos();
            Version version = version();
            Loaded last = loaded;
            loaded = version.equals(last.version()) && last.problem().isEmpty()
                    ? last.lookedAgain(now)
                    : load(last, version, now);
        } finally {
            looking.unlock();
        }
    }

    private Loaded current() {
        if (time.nanos() - loaded.lookedNanos() > LOOK_NANOS) {
            look();
        }
        return loaded;
    }

    private Version version() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (NoSuchFileException none) {
            return Version.NONE;
        } catch (IOException unreadable) {
            return new Version(null, -2, null);
        }
    }

    private Loaded load(Loaded last, Version version, long now) {
        try {
            Map<String, VirtualKey> keys = file.read();
            boolean isFrozen = frozen.getAsBoolean();
            boolean withheld = isFrozen && known.withhold(keys);
            if (!isFrozen) {
                known.remember(keys);
            }
            Map<String, Entry> entries = new HashMap<>();
            keys.forEach((id, key) -> entries.put(id, entry(key)));
            if (!Objects.equals(keys, last.keys())) {
                changed.accept(last.keys(), keys);
            }
            return new Loaded(keys, entries, withheld ? Version.WITHHELD : version, now, "");
        } catch (IOException failure) {
            String problem = "virtual keys: " + failure.getMessage();
            if (!problem.equals(last.problem())) {
                LOG.error("{}", problem);
            }
            return new Loaded(last.keys(), Map.of(), version, now, problem);
        }
    }

    private Entry entry(VirtualKey key) {
        VirtualKey.Holder holder = key.holder();
        Subject subject = new Subject(
                profile.alias(),
                holder.subject(),
                holder.clientId(),
                holder.groups(),
                scopes.expand(holder.scopes()),
                Map.of(),
                holder.tenant());
        Caller caller = new Caller(subject, ISSUER, null, key.expires()).provedBy(key.id());
        return new Entry(
                key,
                new VerifiedToken(
                        caller,
                        profile,
                        Confirmation.NONE,
                        key.sources().stream().map(AddressRange::of).toList()));
    }
}
