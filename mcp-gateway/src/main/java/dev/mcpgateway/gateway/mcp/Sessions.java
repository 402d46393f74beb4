package dev.mcpgateway.gateway.mcp;

import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.Revision;
import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refused;
import dev.mcpgateway.gateway.identity.Caller;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The open sessions of legacy agents: capped in all and per caller, ended after a time without use, and found only by the
 * caller who opened them, so that a guessed or overheard id is worth nothing.
 */
final class Sessions {
    private static final int ID_BYTES = 24;

    private final Map<String, Session> byId = new ConcurrentHashMap<>();
    private final Places places;
    private final long idleNanos;
    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final Consumer<Session> ended;
    private final Consumer<Session> expired;
    private final Consumer<Session> revoked;

    /**
     * No session yet.
     *
     * @param all most sessions at once
     * @param perCaller most sessions of one caller at once
     * @param idle time without use after which a session ends
     * @param nanoClock a wall clock that is set ahead would end all sessions at once
     * @param random must be cryptographically strong, and safe for threads: equal ids would be one session
     * @param ended told of each session that ended, for whatever reason
     * @param expired told of each session that ended because it was idle
     * @param revoked told of each session that ended because its caller was stopped
     */
    Sessions(
            int all,
            int perCaller,
            Duration idle,
            LongSupplier nanoClock,
            RandomGenerator random,
            Consumer<Session> ended,
            Consumer<Session> expired,
            Consumer<Session> revoked) {
        this.places = new Places(all, perCaller);
        this.idleNanos = idle.toNanos();
        this.nanoClock = nanoClock;
        this.random = random;
        this.ended = ended;
        this.expired = expired;
        this.revoked = revoked;
    }

    /**
     * Opens a session, after ending those that were idle for too long.
     *
     * @param capabilities what the agent declared
     * @throws Refused if the caller, or all callers together, have as many as they may
     */
    Session open(Caller caller, View view, Revision revision, ClientCapabilities capabilities) {
        endIdle();
        if (!places.take(caller.key())) {
            throw new Refused(Reason.TOO_MANY_SESSIONS);
        }
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        String name = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
        Session session = new Session(name, caller, view, revision, capabilities, nanoClock.getAsLong());
        byId.put(name, session);
        return session;
    }

    /**
     * The caller's session of that id, opened at that view.
     *
     * @throws Refused if there is none, also when it is somebody else's or another view's
     */
    Session find(@Nullable String id, Caller caller, View view) {
        if (id == null) {
            throw new Refused(Reason.NO_SESSION);
        }
        Session session = byId.get(id);
        long now = nanoClock.getAsLong();
        if (session == null
                || !session.caller().key().equals(caller.key())
                || !session.view().name().equals(view.name())) {
            throw new Refused(Reason.UNKNOWN_SESSION);
        }
        if (isIdle(session, now)) {
            expire(session);
            throw new Refused(Reason.UNKNOWN_SESSION);
        }
        session.used(now);
        return session;
    }

    /** It has been in use until now. */
    void used(Session session) {
        session.used(nanoClock.getAsLong());
    }

    /** Ends a session and what runs in it. */
    void end(Session session) {
        var _ = ended(session);
    }

    private boolean ended(Session session) {
        return gone(session, Session::end);
    }

    private boolean gone(Session session, Consumer<Session> ending) {
        boolean first = byId.remove(session.id(), session);
        if (first) {
            places.give(session.caller().key());
            ending.accept(session);
            ended.accept(session);
        }
        return first;
    }

    /** Ends the sessions of stopped callers; calls that run in them finish. */
    void revoke(Predicate<Caller> stopped) {
        for (Session session : byId.values()) {
            if (stopped.test(session.caller()) && gone(session, Session::close)) {
                revoked.accept(session);
            }
        }
    }

    private void expire(Session session) {
        if (ended(session)) {
            expired.accept(session);
        }
    }

    /** Whoever waits for an agent's answer waits no longer: the gateway stops, and no answer could come in. */
    void askNoMore() {
        byId.values().forEach(Session::askNoMore);
    }

    /** Ends all, because the gateway stops. */
    void endAll() {
        byId.values().forEach(this::end);
    }

    /** Number of open sessions. */
    int size() {
        return byId.size();
    }

    /** Ends what was idle for too long. */
    void endIdle() {
        long now = nanoClock.getAsLong();
        for (Session session : byId.values()) {
            if (isIdle(session, now)) {
                expire(session);
            }
        }
    }

    private boolean isIdle(Session session, long now) {
        return now - session.usedNanos() > idleNanos && !session.isBusy();
    }
}
