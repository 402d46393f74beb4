package dev.mcpgateway.gateway.identity;

import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys behind a JWKS URL: cached, fetched anew ahead of their end and, at a limited rate, for a key id that is not
 * among them; kept through an outage of the issuer. At most one fetch is under way. Why it is no composition of the
 * library's: decision record 0013; who is given a look for an unknown key id: 0019.
 */
final class RemoteKeySet implements KeySet {
    /** How long a fetched set counts as fresh. */
    static final Duration FRESH = Duration.ofMinutes(5);

    /** How long before its end a set is fetched anew in the background. */
    static final Duration AHEAD = Duration.ofSeconds(30);

    /** Time between a failed fetch and the next. */
    static final Duration RETRY_GAP = Duration.ofSeconds(2);

    /** How long the last good set is used, from its fetch on, while the issuer cannot be reached. */
    static final Duration OUTAGE = Duration.ofMinutes(55);

    /** Most requests that wait for one fetch. */
    private static final int WAITING_MAX = 500;

    private final String alias;
    private final Source source;
    private final LongSupplier nanoClock;
    private final ReentrantLock fetching = new ReentrantLock();
    private final AtomicInteger waiting = new AtomicInteger();
    private final KeyLooks looks;
    private final UnknownKeyIds unknown;
    private volatile State state = new State(null, "", 0, 0, false, 0, "");

    /** Where key sets come from; each call is one attempt, bounded in time and size. */
    @FunctionalInterface
    interface Source {
        /** The text of the key set. */
        String fetch() throws IOException;
    }

    /**
     * Everything at one moment.
     *
     * @param keys the last good set, {@code null} before the first
     * @param text its text
     * @param generation how often it changed
     * @param fetchedNanos when it was fetched
     * @param failed whether the attempt after it failed
     * @param failedNanos when the last attempt failed
     * @param problem why
     */
    private record State(
            @Nullable List<VerificationKey> keys,
            String text,
            long generation,
            long fetchedNanos,
            boolean failed,
            long failedNanos,
            String problem) {

        State fetched(List<VerificationKey> now, String nowText, long nanos) {
            long next = nowText.equals(text) ? generation : generation + 1;
            return new State(now, nowText, next, nanos, false, failedNanos, "");
        }

        State failed(String why, long nanos) {
            return new State(keys, text, generation, fetchedNanos, true, nanos, why);
        }
    }

    /**
     * Keys of the issuer with this alias.
     *
     * @param forgive takes back failures of a source that named a key before it was published
     */
    RemoteKeySet(String alias, Source source, LongSupplier nanoClock, Pause pause, ObjIntConsumer<String> forgive) {
        this.alias = alias;
        this.source = source;
        this.nanoClock = nanoClock;
        this.looks = new KeyLooks(this::look, nanoClock, pause, KeyLooks.WAIT);
        this.unknown = new UnknownKeyIds(nanoClock, forgive);
    }

    @Override
    public Optional<VerificationKey> find(@Nullable String keyId, String algorithm, String asking)
            throws KeysUnavailable {
        List<VerificationKey> keys = keys();
        Optional<VerificationKey> found = KeyRules.only(keys, keyId, algorithm);
        if (found.isPresent() || keyId == null || hasKeyId(keys, keyId)) {
            return found;
        }
        return KeyRules.only(keysFor(keyId, asking), keyId, algorithm);
    }

    private static boolean hasKeyId(List<VerificationKey> keys, String keyId) {
        return keys.stream().anyMatch(key -> keyId.equals(key.keyId()));
    }

    private static boolean hasKeyId(State now, String keyId) {
        List<VerificationKey> keys = now.keys();
        return keys != null && hasKeyId(keys, keyId);
    }

    /** The keys to verify with now. */
    private List<VerificationKey> keys() throws KeysUnavailable {
        State now = state;
        List<VerificationKey> keys = now.keys();
        long age = nanoClock.getAsLong() - now.fetchedNanos();
        if (keys != null && age < FRESH.minus(AHEAD).toNanos()) {
            return keys;
        }
        // where the issuer was down a moment ago, nobody is to wait for it again while the last good keys will do
        if (keys != null && age < OUTAGE.toNanos() && (age < FRESH.toNanos() || now.failed())) {
            fetchBehind();
            return keys;
        }
        State renewed = fetched(now);
        List<VerificationKey> last = renewed.keys();
        if (last == null || nanoClock.getAsLong() - renewed.fetchedNanos() >= OUTAGE.toNanos()) {
            throw unavailable(renewed);
        }
        return last;
    }

    /** The keys after a look for this key id, if this source is given one. */
    private List<VerificationKey> keysFor(String keyId, String asking) throws KeysUnavailable {
        State seen = state;
        // while the issuer is down nobody can say that it has no such key
        if (mayNotRetry(seen)) {
            throw unavailable(seen);
        }
        if (keyId.length() > UnknownKeyIds.CHARS_MAX || unknown.refuses(asking, keyId)) {
            return List.of();
        }
        long look = looks.await(asking, () -> hasKeyId(state, keyId) || mayNotRetry(state));
        State now = state;
        List<VerificationKey> keys = now.keys();
        if (keys == null || now.failed()) {
            throw unavailable(now);
        }
        if (!hasKeyId(now, keyId)) {
            unknown.absent(asking, keyId, look);
        }
        return keys;
    }

    private void look() {
        fetching.lock();
        try {
            if (!mayNotRetry(state)) {
                attempt();
            }
        } finally {
            fetching.unlock();
        }
    }

    /** The state after an attempt of this or another thread, or as it is if the last one failed just now. */
    private State fetched(State seen) throws KeysUnavailable {
        if (mayNotRetry(seen)) {
            return seen;
        }
        enter();
        try {
            State now = state;
            boolean renewed = now.fetchedNanos() != seen.fetchedNanos() || (seen.keys() == null && now.keys() != null);
            if (!renewed && !mayNotRetry(now)) {
                attempt();
            }
            return state;
        } finally {
            leave();
        }
    }

    private boolean mayNotRetry(State now) {
        return now.failed() && nanoClock.getAsLong() - now.failedNanos() < RETRY_GAP.toNanos();
    }

    private void fetchBehind() {
        if (mayNotRetry(state) || fetching.isLocked()) {
            return;
        }
        State seen = state;
        Thread.ofVirtual().name("jwks-" + alias).start(() -> {
            try {
                fetched(seen);
            } catch (KeysUnavailable busy) {
                // others are at it
            }
        });
    }

    private void enter() throws KeysUnavailable {
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            throw new KeysUnavailable("too many wait for the keys of issuer " + alias);
        }
        fetching.lock();
    }

    private void leave() {
        fetching.unlock();
        waiting.decrementAndGet();
    }

    private void attempt() {
        try {
            String text = fetchedText();
            State before = state;
            State now = before.fetched(KeyRules.read(text), text, nanoClock.getAsLong());
            state = now;
            if (now.generation() != before.generation()) {
                unknown.changed(keyId -> hasKeyId(now, keyId));
            }
        } catch (IOException failure) {
            state = state.failed(String.valueOf(failure.getMessage()), nanoClock.getAsLong());
        } catch (RuntimeException unforeseen) {
            // whoever waits for this attempt is told that nobody knows, not that there is no such key
            state = state.failed(unforeseen.getClass().getSimpleName(), nanoClock.getAsLong());
        } catch (ParseException noKeySet) {
            state = state.failed("no JSON Web Key Set", nanoClock.getAsLong());
        }
    }

    /** Once more at once: a connection that stood open since the last time may have ended meanwhile. */
    private String fetchedText() throws IOException {
        try {
            return source.fetch();
        } catch (IOException lost) {
            return source.fetch();
        }
    }

    private KeysUnavailable unavailable(State now) {
        return new KeysUnavailable("keys of issuer " + alias + " cannot be fetched: " + now.problem());
    }

    @Override
    public long generation() {
        return state.generation();
    }

    @Override
    public Optional<String> notReady() {
        try {
            keys();
            return Optional.empty();
        } catch (KeysUnavailable failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }
}
