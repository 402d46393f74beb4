package dev.mcpgateway.gateway.identity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The keys in a JWKS file; read again when the file changes, looked at not more than once a second. */
final class FileKeySet implements KeySet {
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long BYTES_MAX = 50 * 1024;

    private final Path file;
    private final LongSupplier nanoClock;
    private final ReentrantLock looking = new ReentrantLock();
    private volatile Loaded loaded;

    /** The last good content, when it was looked for, what is wrong with the file since, and how often it changed. */
    private record Loaded(
            @Nullable List<VerificationKey> keys, String text, long lookedNanos, String problem, long generation) {
        Loaded still(long now, String wrong) {
            return new Loaded(keys, text, now, wrong, generation);
        }
    }

    FileKeySet(Path file, LongSupplier nanoClock) {
        this.file = file;
        this.nanoClock = nanoClock;
        this.loaded = look(new Loaded(null, "", 0, "", 0));
    }

    @Override
    public Optional<VerificationKey> find(@Nullable String keyId, String algorithm, String source)
            throws KeysUnavailable {
        Loaded now = current();
        List<VerificationKey> keys = now.keys();
        if (keys == null) {
            throw new KeysUnavailable(now.problem());
        }
        return KeyRules.only(keys, keyId, algorithm);
    }

    @Override
    public long generation() {
        return current().generation();
    }

    @Override
    public Optional<String> notReady() {
        Loaded now = current();
        return now.keys() == null ? Optional.of(now.problem()) : Optional.empty();
    }

    private Loaded current() {
        if (isOld(loaded) && looking.tryLock()) {
            // one at a time, so that who was slow does not put back what was read before
            try {
                if (isOld(loaded)) {
                    loaded = look(loaded);
                }
            } finally {
                looking.unlock();
            }
        }
        return loaded;
    }

    private boolean isOld(Loaded last) {
        return nanoClock.getAsLong() - last.lookedNanos() > LOOK_NANOS;
    }

    private Loaded look(Loaded last) {
        long now = nanoClock.getAsLong();
        try {
            if (Files.size(file) > BYTES_MAX) {
                return last.still(now, file + " is larger than " + BYTES_MAX + " bytes");
            }
            String text = Files.readString(file);
            return text.equals(last.text())
                    ? last.still(now, last.problem())
                    : new Loaded(KeyRules.read(text), text, now, "", last.generation() + 1);
        } catch (IOException failure) {
            return last.still(now, "cannot read the key set " + file);
        } catch (ParseException failure) {
            return last.still(now, "no JSON Web Key Set: " + file);
        }
    }
}
