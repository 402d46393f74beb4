package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that call tokens are signed with, kept in one file: made at the first start, replaced every 30 days or when an
 * operator says so, public for an hour before they sign and an hour after. A running gateway takes a changed file over
 * within a second; one that cannot be read leaves the last good keys in use.
 */
public final class CallTokenKeys {
    private static final Logger LOG = LoggerFactory.getLogger(CallTokenKeys.class);

    /** Between two looks at the file. */
    private static final long RECHECK_NANOS = 1_000_000_000L;

    private static final int PAIRWISE_BYTES = 32;

    private final KeyRingFile file;
    private final Set<SigningAlgorithm> algorithms;
    private final TimeSource time;
    private final Object looking = new Object();
    private volatile Seen seen;

    /** What was read last, from which version of the file, and when that was made sure of. */
    private record Seen(KeyRing ring, Object version, long checkedNanos) {}

    /** One key, as operators may know it. */
    public record Listed(String algorithm, String keyId, String state, Instant publishedAt, Instant from) {}

    private CallTokenKeys(
            KeyRingFile file, Set<SigningAlgorithm> algorithms, TimeSource time, KeyRing ring, Object version) {
        this.file = file;
        this.algorithms = Set.copyOf(algorithms);
        this.time = time;
        this.seen = new Seen(ring, version, time.nanos());
    }

    /**
     * Reads the keys, and makes those that are missing.
     *
     * @param algorithms what is signed with
     * @param random cryptographically strong
     * @throws IOException if the file is damaged, open to others, or cannot be read or written
     */
    public static CallTokenKeys open(
            Path path, Set<SigningAlgorithm> algorithms, TimeSource time, RandomGenerator random) throws IOException {
        KeyRingFile file = new KeyRingFile(path);
        byte[] pairwise = new byte[PAIRWISE_BYTES];
        random.nextBytes(pairwise);
        KeyRing fresh = new KeyRing(List.of(), Secret.of(Base64.getEncoder().encodeToString(pairwise)));
        KeyRing ring = file.change(fresh, before -> before.maintained(algorithms, time.now()));
        return new CallTokenKeys(file, algorithms, time, ring, file.version());
    }

    /** The key that signs now. */
    SigningKey signing(SigningAlgorithm algorithm) {
        Instant now = time.now();
        return ring().current(algorithm, now)
                .orElseThrow(() -> new IllegalStateException("no signing key for " + algorithm.jose()));
    }

    /** What pairwise subjects are made with. */
    Secret pairwise() {
        return seen.ring().pairwise();
    }

    /** The public keys as a JWK set. */
    public String jwks() {
        return ring().jwks();
    }

    private KeyRing ring() {
        Seen last = seen;
        long now = time.nanos();
        if (now - last.checkedNanos() < RECHECK_NANOS) {
            return last.ring();
        }
        synchronized (looking) {
            if (seen.equals(last)) {
                seen = looked(last, now);
            }
            return seen.ring();
        }
    }

    private Seen looked(Seen last, long now) {
        KeyRing ring = last.ring();
        try {
            Object version = file.version();
            if (!version.equals(last.version())) {
                ring = file.read();
                LOG.info("signing keys of call tokens changed; signing with {}", describe(ring));
            }
            Instant moment = time.now();
            if (!ring.maintained(algorithms, moment).equals(ring)) {
                ring = file.change(ring, before -> before.maintained(algorithms, moment));
                LOG.info("signing keys of call tokens renewed; signing with {}", describe(ring));
            }
            return new Seen(ring, file.version(), now);
        } catch (IOException | GeneralSecurityException unreadable) {
            LOG.error("signing keys cannot be read or renewed, the last good ones stay: {}", unreadable.getMessage());
            return new Seen(last.ring(), last.version(), now);
        }
    }

    private List<String> describe(KeyRing ring) {
        Instant now = time.now();
        return algorithms.stream()
                .map(algorithm -> ring.current(algorithm, now))
                .flatMap(Optional::stream)
                .map(SigningKey::toString)
                .toList();
    }

    /** Has the next keys take over, as soon as they have been public for an hour; gives the keys then. */
    public static List<Listed> rotate(Path path, TimeSource time) throws IOException {
        return change(path, time, ring -> ring.rotated(time.now()));
    }

    /** Removes the keys that sign and has the next ones take over at once; tokens that are about are void then. */
    public static List<Listed> replace(Path path, TimeSource time) throws IOException {
        return change(path, time, ring -> ring.replaced(time.now()));
    }

    private static List<Listed> change(Path path, TimeSource time, KeyRingFile.Change change) throws IOException {
        KeyRingFile file = existing(path);
        KeyRing ring = file.change(file.read(), before -> change.apply(before).maintained(inUse(before), time.now()));
        return list(ring, time.now());
    }

    private static Set<SigningAlgorithm> inUse(KeyRing ring) {
        return Set.copyOf(
                ring.keys().stream().map(SigningKey::algorithm).distinct().toList());
    }

    /** All keys. */
    public static List<Listed> list(Path path, TimeSource time) throws IOException {
        return list(existing(path).read(), time.now());
    }

    private static KeyRingFile existing(Path path) throws IOException {
        KeyRingFile file = new KeyRingFile(path);
        if (!file.exists()) {
            throw new IOException("there are no signing keys at " + path
                    + " yet: they are made when a gateway with credential: call_token starts");
        }
        return file;
    }

    private static List<Listed> list(KeyRing ring, Instant now) {
        List<Listed> listed = new ArrayList<>();
        for (SigningKey key : ring.keys()) {
            boolean current =
                    ring.current(key.algorithm(), now).filter(key::equals).isPresent();
            String state = current ? "signing" : key.from().isAfter(now) ? "next" : "retired";
            listed.add(new Listed(key.algorithm().jose(), key.keyId(), state, key.publishedAt(), key.from()));
        }
        return listed;
    }
}
