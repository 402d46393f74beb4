package dev.mcpgateway.connectors.credential;

import dev.mcpgateway.connectors.net.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One or two keys, of which one is in use: with two a key is renewed without a gap. A key that the upstream refuses is read
 * anew before its next use, and rests while the other one is good. A key may be a secret for a header field or what signs.
 *
 * <p>Safe for many threads: calls that were sent with an earlier key say so, and take back no choice that was made since.
 */
public final class KeyPair implements UpstreamCredential {
    /** How long a refused key rests, so that a pair of bad keys does not double the requests. */
    public static final Duration REST = Duration.ofMinutes(5);

    /** What the second key is called. */
    public static final String NEXT = "next";

    private final List<Key> keys;
    private final TimeSource time;
    private final boolean issued;
    private volatile int inUse;

    /** One key and what became of it. */
    private static final class Key {
        private final String name;
        private final UpstreamCredential credential;
        private long refusals;
        private @Nullable Instant lastRefused;
        private Instant restsUntil = Instant.MIN;

        private Key(String name, UpstreamCredential credential) {
            this.name = name;
            this.credential = credential;
        }
    }

    /**
     * What is known of a key; never the key.
     *
     * @param name the first one's, or {@value #NEXT}
     * @param inUse whether requests are sent with it
     * @param refusals how often the upstream refused it since the start
     * @param lastRefused when it last did; {@code null} for never
     * @param shortLived what is held of it where it ends by itself; empty for a static one
     */
    public record State(
            String name,
            boolean inUse,
            long refusals,
            @Nullable Instant lastRefused,
            Optional<ShortLived> shortLived) {}

    /**
     * These keys; the first one is in use.
     *
     * @param name what the first one is called
     * @param next the other one; {@code null} for none
     */
    public KeyPair(String name, UpstreamCredential first, @Nullable UpstreamCredential next, TimeSource time) {
        List<Key> all = new ArrayList<>();
        all.add(new Key(name, first));
        if (next != null) {
            all.add(new Key(NEXT, next));
        }
        this.keys = List.copyOf(all);
        this.time = time;
        this.issued = first.shortLived().isPresent();
    }

    /** A key that cannot be read is as good as none: then the other one is sent. */
    @Override
    public Credential issue(CredentialUse use) throws CredentialUnavailable {
        int now = inUse;
        try {
            return keys.get(now).credential.issue(use);
        } catch (CredentialUnavailable unreadable) {
            if (keys.size() == 1) {
                throw unreadable;
            }
            return keys.get(1 - now).credential.issue(use);
        }
    }

    /** Whether they are issued for a time by somebody who can refuse to. */
    public boolean areIssued() {
        return issued;
    }

    /** What a key is called. */
    public String name(int key) {
        return keys.get(key).name;
    }

    /** Which key requests are sent with; to be asked before one is. */
    public int inUse() {
        return inUse;
    }

    /**
     * The upstream refused a request that was sent with this key, or none could be issued for it.
     *
     * @param workload for whom the request was
     * @return the key that is worth another try; empty for none
     */
    public synchronized OptionalInt refused(int key, Workload workload) {
        Key refused = keys.get(key);
        refused.refusals++;
        Instant now = time.now();
        refused.lastRefused = now;
        refused.restsUntil = now.plus(REST);
        refused.credential.refused(workload);
        if (keys.size() == 1) {
            return OptionalInt.empty();
        }
        int other = 1 - key;
        if (inUse != key) {
            return OptionalInt.of(inUse);
        }
        return now.isBefore(keys.get(other).restsUntil) ? OptionalInt.empty() : OptionalInt.of(other);
    }

    /** The upstream takes this key, which therefore does not rest any more. */
    public synchronized void accepted(int key) {
        keys.get(key).restsUntil = Instant.MIN;
    }

    /** From now on requests are sent with this key. */
    public synchronized void use(int key) {
        inUse = key;
    }

    /** Takes a choice back that was no better, unless somebody has chosen since. */
    public synchronized void useAgain(int before, int chosen) {
        if (inUse == chosen) {
            inUse = before;
        }
    }

    /** Each key alone, to try it out; in their order. */
    public List<UpstreamCredential> each() {
        return keys.stream().map(key -> key.credential).toList();
    }

    @Override
    public void refresh() {
        keys.forEach(key -> key.credential.refresh());
    }

    /** What is known of the keys, in their order. */
    public synchronized List<State> states() {
        List<State> states = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            Key key = keys.get(i);
            states.add(new State(key.name, i == inUse, key.refusals, key.lastRefused, key.credential.shortLived()));
        }
        return states;
    }
}
