package dev.mcpgateway.connectors.credential;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret in a {@link Vault}: one key of one KV version 2 secret, read again when it is not fresh any more, by one thread
 * while the others go on with what there is. While the vault does not answer the last good value is used for a stated time,
 * then none. What the vault says is gone is gone at once.
 */
public final class VaultSecret implements SecretSource {
    private static final Logger LOG = LoggerFactory.getLogger(VaultSecret.class);

    private final Vault vault;
    private final String path;
    private final String key;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Read last;

    /** A value, when the vault last said it, and when it was last asked. */
    private record Read(Secret secret, long saidNanos, long askedNanos) {}

    /**
     * Names the secret; nothing is read yet.
     *
     * @param path as {@link Vault#isPath} wants it
     * @throws IllegalArgumentException for another path
     */
    public VaultSecret(Vault vault, String path, String key) {
        if (!Vault.isPath(path)) {
            throw new IllegalArgumentException("not a path of a KV version 2 secret");
        }
        this.vault = vault;
        this.path = path;
        this.key = key;
    }

    @Override
    public Secret read() throws SecretUnavailable {
        Read known = last;
        if (known != null && isFresh(known)) {
            return known.secret();
        }
        if (known != null && isKept(known)) {
            if (!asking.tryLock()) {
                return known.secret();
            }
        } else {
            asking.lock();
        }
        try {
            return asked();
        } finally {
            asking.unlock();
        }
    }

    /** What is known stays good for a vault that does not answer. */
    @Override
    public void refresh() {
        Read known = last;
        if (known != null) {
            last = new Read(
                    known.secret(),
                    known.saidNanos(),
                    vault.time().nanos() - vault.settings().fresh().toNanos());
        }
    }

    private Secret asked() throws SecretUnavailable {
        Read known = last;
        if (known != null && isFresh(known)) {
            return known.secret();
        }
        long now = vault.time().nanos();
        return switch (vault.read(path)) {
            case Vault.Answer.Found(var values) -> {
                Secret found = values.get(key);
                if (found == null || found.expose().isEmpty()) {
                    throw gone("it has no text under " + key);
                }
                // the same value stays the same object, by which others know that nothing has changed
                Secret secret =
                        known != null && known.secret().expose().equals(found.expose()) ? known.secret() : found;
                last = new Read(secret, now, now);
                yield secret;
            }
            case Vault.Answer.Gone(String why) -> throw gone(why);
            case Vault.Answer.Silent(String why) -> {
                if (known == null || !isKept(known)) {
                    throw new SecretUnavailable(this + " is not known: " + why);
                }
                LOG.warn("{} is used as it was: {}", this, why);
                last = new Read(known.secret(), known.saidNanos(), now);
                yield known.secret();
            }
        };
    }

    private SecretUnavailable gone(String why) {
        last = null;
        return new SecretUnavailable(this + " is not there: " + why);
    }

    /** Asked a short while ago, whatever the answer was: a vault that is down is not asked with every call. */
    private boolean isFresh(Read known) {
        return vault.time().nanos() - known.askedNanos()
                        < vault.settings().fresh().toNanos()
                && isKept(known);
    }

    private boolean isKept(Read known) {
        long age = vault.time().nanos() - known.saidNanos();
        return age < vault.settings().fresh().plus(vault.settings().kept()).toNanos();
    }

    @Override
    public String toString() {
        return "vault secret " + path + " key " + key;
    }
}
