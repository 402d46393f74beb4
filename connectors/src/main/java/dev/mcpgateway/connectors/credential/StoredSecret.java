package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret in a store that is asked over the network ({@link Vault}, {@link AwsSecrets}): read again when it is not
 * fresh any more, by one thread while the others go on with what there is. While the store does not answer the last good
 * value is used for a stated time, then none. What the store says is gone is gone at once. Who waits for an answer takes it as
 * it is: a store that is slow and down is asked once for all of them.
 */
final class StoredSecret implements SecretSource {
    private static final Logger LOG = LoggerFactory.getLogger(StoredSecret.class);

    private final String name;
    private final Supplier<Answer> question;
    private final Keeping keeping;
    private final TimeSource time;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Read last;
    private volatile boolean isStale;
    private volatile @Nullable Failure failure;

    /**
     * How long what was read is used.
     *
     * @param fresh before it is read again
     * @param kept after that, while the store does not answer
     */
    record Keeping(Duration fresh, Duration kept) {}

    /** What came of a question. */
    sealed interface Answer {
        /** The value; where the store tells it, since when it has been this one. */
        record Found(Secret value, Optional<Instant> since) implements Answer {}

        /** The store says that there is none, or none for the gateway: no earlier value is good any more. */
        record Gone(String why) implements Answer {}

        /** The store says nothing that can be believed. */
        record Silent(String why) implements Answer {}
    }

    /** A value, when the store last said it, and when it was last asked. */
    private record Read(Secret secret, Optional<Instant> since, long saidNanos, long askedNanos) {}

    /** That there was no value, and when that was known. */
    private record Failure(String why, long knownNanos) {}

    /**
     * Nothing is read yet.
     *
     * @param name where it is, for operators
     * @param question asks the store once; never throws
     */
    StoredSecret(String name, Supplier<Answer> question, Keeping keeping, TimeSource time) {
        this.name = name;
        this.question = question;
        this.keeping = keeping;
        this.time = time;
    }

    @Override
    public Secret read() throws SecretUnavailable {
        long begun = time.nanos();
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
            return asked(begun);
        } finally {
            asking.unlock();
        }
    }

    /** What is known stays good for a store that does not answer. */
    @Override
    public void refresh() {
        isStale = true;
    }

    private Secret asked(long begun) throws SecretUnavailable {
        Read known = last;
        if (known != null && isFresh(known)) {
            return known.secret();
        }
        Failure met = failure;
        // of those who wait while a store does not answer each would wait for a question of its own, one after the
        // other
        if (met != null && met.knownNanos() - begun > 0) {
            throw new SecretUnavailable(met.why());
        }
        long now = time.nanos();
        // before the question: what it answers may be older than a refresh that comes meanwhile
        isStale = false;
        return switch (question.get()) {
            case Answer.Found(Secret found, Optional<Instant> since) -> {
                // the same value stays the same object, by which others know that nothing has changed
                Secret secret =
                        known != null && known.secret().expose().equals(found.expose()) ? known.secret() : found;
                last = new Read(secret, since, now, now);
                failure = null;
                yield secret;
            }
            case Answer.Gone(String why) -> {
                last = null;
                throw none("is not there: " + why);
            }
            case Answer.Silent(String why) -> {
                if (known == null || !isKept(known)) {
                    throw none("is not known: " + why);
                }
                LOG.warn("{} is used as it was: {}", this, why);
                last = new Read(known.secret(), known.since(), known.saidNanos(), now);
                yield known.secret();
            }
        };
    }

    private SecretUnavailable none(String why) {
        Failure met = new Failure(this + " " + why, time.nanos());
        failure = met;
        return new SecretUnavailable(met.why());
    }

    @Override
    public Optional<Instant> since() {
        Read known = last;
        return known == null ? Optional.empty() : known.since();
    }

    /** Asked a short while ago, whatever the answer was: a store that is down is not asked with every call. */
    private boolean isFresh(Read known) {
        return !isStale && time.nanos() - known.askedNanos() < keeping.fresh().toNanos() && isKept(known);
    }

    private boolean isKept(Read known) {
        return time.nanos() - known.saidNanos()
                < keeping.fresh().plus(keeping.kept()).toNanos();
    }

    @Override
    public String toString() {
        return name;
    }
}
