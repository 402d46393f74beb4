package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens that were issued, by what they were issued for: asked for once however many wait, renewed before their end, never
 * used after it. A refusal is remembered for a second, so that an outage costs the server one question each.
 *
 * @param <K> what a token is for; two keys that differ in anything that matters are never equal
 * @param <T> a token
 */
final class IssuedTokens<K, T extends IssuedTokens.Ending> {
    private static final Logger LOG = LoggerFactory.getLogger(IssuedTokens.class);

    /** A token is not used in its last seconds: it would end on its way. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /** Longest wait for somebody else's question. */
    private static final Duration WAIT = Duration.ofSeconds(10);

    private static final Duration REFUSED_FOR = Duration.ofSeconds(1);

    /** A younger token is not taken for forgotten by the server that issued it. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(2);

    private final int tokensMax;
    private final TimeSource time;
    private final Map<K, Slot<T>> slots = new LinkedHashMap<>(16, 0.75f, true);

    /** What was issued for a time. */
    interface Ending {
        Instant expiresAt();
    }

    /** Asks for a token. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws CredentialUnavailable;
    }

    private static final class Slot<T> {
        private final ReentrantLock asking = new ReentrantLock();
        private final AtomicBoolean renewing = new AtomicBoolean();
        private volatile @Nullable Held<T> held;
        private volatile @Nullable Refused refused;
        private volatile Instant renewNotBefore = Instant.MIN;
    }

    private record Held<T>(T issued, Instant since, Instant renewAt) {}

    private record Refused(CredentialUnavailable why, Instant until) {}

    IssuedTokens(int tokensMax, TimeSource time) {
        this.tokensMax = tokensMax;
        this.time = time;
    }

    /** The token for a key, asked for if there is none that is good. */
    T get(K key, Question<T> question) throws CredentialUnavailable {
        Slot<T> slot = slot(key);
        Instant now = time.now();
        Held<T> held = slot.held;
        if (isGood(held, now) && held != null) {
            boolean isDue = now.isAfter(held.renewAt()) && !now.isBefore(slot.renewNotBefore);
            if (isDue && slot.renewing.compareAndSet(false, true)) {
                Thread.ofVirtual().name("token-renewal").start(() -> renew(slot, question));
            }
            return held.issued();
        }
        return asked(slot, question);
    }

    /**
     * Gives up a token that the server may have forgotten before its end, as after a restart or a change of its keys.
     *
     * @return whether it is worth asking for another: not, if this one was issued just now
     */
    boolean giveUp(K key, T issued) {
        Slot<T> slot = slot(key);
        Held<T> held = slot.held;
        if (held == null || !held.issued().equals(issued)) {
            return true;
        }
        if (time.now().isBefore(held.since().plus(FORGOTTEN_AFTER))) {
            return false;
        }
        slot.held = null;
        return true;
    }

    /** Gives up what is held for a key, unless it was issued just now: then a server that refuses it would refuse the next. */
    void giveUp(K key) {
        Slot<T> slot;
        synchronized (slots) {
            slot = slots.get(key);
        }
        Held<T> held = slot == null ? null : slot.held;
        if (slot != null && held != null && !time.now().isBefore(held.since().plus(FORGOTTEN_AFTER))) {
            slot.held = null;
        }
    }

    /** When each of those ends that are good now. */
    List<Instant> ends() {
        Instant now = time.now();
        synchronized (slots) {
            return slots.values().stream()
                    .map(slot -> slot.held)
                    .filter(held -> isGood(held, now))
                    .map(held -> Objects.requireNonNull(held).issued().expiresAt())
                    .toList();
        }
    }

    /** Forgets tokens at once. One that is being asked for is given to those who wait for it already, and not kept. */
    void forget(Predicate<K> which) {
        synchronized (slots) {
            slots.keySet().removeIf(which);
        }
    }

    private Slot<T> slot(K key) {
        synchronized (slots) {
            Slot<T> slot = slots.computeIfAbsent(key, _ -> new Slot<>());
            if (slots.size() > tokensMax) {
                var eldest = slots.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
            return slot;
        }
    }

    private static <T extends Ending> boolean isGood(@Nullable Held<T> held, Instant now) {
        return held != null && now.plus(MARGIN).isBefore(held.issued().expiresAt());
    }

    private T asked(Slot<T> slot, Question<T> question) throws CredentialUnavailable {
        try {
            if (!slot.asking.tryLock(WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new CredentialUnavailable("the token endpoint did not answer in time");
            }
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new CredentialUnavailable("cancelled");
        }
        try {
            Held<T> held = slot.held;
            if (isGood(held, time.now()) && held != null) {
                return held.issued();
            }
            Refused refused = slot.refused;
            if (refused != null && time.now().isBefore(refused.until())) {
                throw refused.why();
            }
            return ask(slot, question);
        } finally {
            slot.asking.unlock();
        }
    }

    private T ask(Slot<T> slot, Question<T> question) throws CredentialUnavailable {
        try {
            T issued = question.ask();
            Instant now = time.now();
            if (!now.plus(MARGIN).isBefore(issued.expiresAt())) {
                throw new CredentialUnavailable("the token that was issued has ended already, or is about to");
            }
            Duration life = Duration.between(now, issued.expiresAt());
            slot.held = new Held<>(issued, now, now.plus(life.multipliedBy(3).dividedBy(4)));
            slot.renewNotBefore = Instant.MIN;
            slot.refused = null;
            return issued;
        } catch (CredentialUnavailable why) {
            // who gives up waiting says nothing of the server
            if (!Thread.currentThread().isInterrupted()) {
                slot.refused = new Refused(why, time.now().plus(REFUSED_FOR));
            }
            throw why;
        }
    }

    /** Who holds a good token need not ask with each call: the pauses become shorter towards its end. */
    private void pause(Slot<T> slot) {
        Held<T> held = slot.held;
        if (held != null) {
            Instant now = time.now();
            Duration pause = Duration.between(now, held.issued().expiresAt()).dividedBy(8);
            slot.renewNotBefore = now.plus(pause.compareTo(REFUSED_FOR) < 0 ? REFUSED_FOR : pause);
        }
    }

    private void renew(Slot<T> slot, Question<T> question) {
        slot.asking.lock();
        try {
            var _ = ask(slot, question);
        } catch (CredentialUnavailable why) {
            pause(slot);
            LOG.warn("a token could not be renewed ahead and is used to its end: {}", why.getMessage());
        } finally {
            slot.asking.unlock();
            slot.renewing.set(false);
        }
    }
}
