package dev.mcpgateway.gateway.kill;

import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.kill.KillTarget.Kind;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import dev.mcpgateway.policy.Action;
import dev.mcpgateway.policy.CallLimits;
import dev.mcpgateway.policy.Effect;
import dev.mcpgateway.policy.FeatureKind;
import dev.mcpgateway.policy.FeatureName;
import dev.mcpgateway.policy.FeaturePattern;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.Validity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who and what is stopped. A stop holds for every request that comes after {@link #set} returns, costs a request one
 * volatile read while nothing is stopped, and is kept in a file that survives restarts.
 *
 * <p>Tools are stopped through the policy, as a forbid for everyone ({@link #forbids}), so that what is listed and what
 * may be called stay the same; callers right after their credential was verified.
 */
public final class KillSwitch {
    /** Most stops at once. */
    public static final int KILLS_MAX = 10_000;

    /** Longest reason in characters. */
    public static final int REASON_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger(KillSwitch.class);
    private static final int ID_BYTES = 8;

    private final StateFile file;
    private final InstantSource clock;
    private final RandomGenerator ids;
    private final Runnable changed;
    private volatile Snapshot current;
    private volatile String problem = "";

    /** All stops by target, and when the first of them ends by itself. */
    private record Snapshot(Map<KillTarget, Kill> kills, Instant nextEnd) {
        static final Snapshot EMPTY = new Snapshot(Map.of(), Instant.MAX);

        static Snapshot of(Collection<Kill> kills) {
            Map<KillTarget, Kill> byTarget = new LinkedHashMap<>();
            Instant next = Instant.MAX;
            for (Kill kill : kills) {
                byTarget.put(kill.target(), kill);
                Instant until = kill.until();
                next = until != null && until.isBefore(next) ? until : next;
            }
            return byTarget.isEmpty() ? EMPTY : new Snapshot(byTarget, next);
        }
    }

    /**
     * Stops what the file says.
     *
     * @param ids for the ids of stops
     * @param changed called after each change, also by an end in time; it must return soon
     * @throws IOException if the file is damaged or cannot be read: nobody knows then who must be stopped
     */
    public KillSwitch(StateFile file, InstantSource clock, RandomGenerator ids, Runnable changed) throws IOException {
        this.file = file;
        this.clock = clock;
        this.ids = ids;
        this.changed = changed;
        this.current = Snapshot.of(load(file));
    }

    private static List<Kill> load(StateFile file) throws IOException {
        Optional<byte[]> content = file.read();
        if (content.isEmpty()) {
            return List.of();
        }
        try {
            return KillFormat.read(content.get());
        } catch (IOException malformed) {
            throw new StateDamaged(file.path().toString(), String.valueOf(malformed.getMessage()));
        }
    }

    /** The stop that this caller falls under, or {@code null}. */
    public @Nullable Kill stopped(Caller caller) {
        Snapshot now = current;
        if (now.kills().isEmpty()) {
            return null;
        }
        Subject who = caller.subject();
        Kill kill = on(now, who.issuer(), who.subject(), who.clientId(), caller.tokenId());
        return kill == null ? onEither(now, Kind.KEY, who.issuer(), caller.credentialKeyId()) : kill;
    }

    /**
     * Whether what was had for a caller must be given up. With which key the caller's token was signed is not known any
     * more, so that a stopped key counts for all of its issuer.
     */
    public boolean isStopped(String issuer, String subject, String clientId, String tokenId) {
        Snapshot now = current;
        Instant instant = clock.instant();
        return !now.kills().isEmpty()
                && (on(now, issuer, subject, clientId, tokenId) != null
                        || now.kills().values().stream()
                                .filter(kill -> kill.target().kind() == Kind.KEY && kill.isOn(instant))
                                .map(kill -> kill.target().issuer())
                                .anyMatch(each -> each.isEmpty() || each.equals(issuer)));
    }

    private @Nullable Kill on(
            Snapshot now, String issuer, String subject, @Nullable String clientId, @Nullable String tokenId) {
        Kill kill = on(now, Kind.SUBJECT, issuer, subject);
        kill = kill == null ? on(now, Kind.USER, "", subject) : kill;
        kill = kill == null ? on(now, Kind.TOKEN, issuer, tokenId) : kill;
        return kill == null ? onEither(now, Kind.CLIENT, issuer, clientId) : kill;
    }

    /** Whether a feature is stopped: a tool by its name, anything with all of its upstream. */
    public boolean isStopped(FeatureName feature) {
        Snapshot now = current;
        return !now.kills().isEmpty()
                && (on(now, Kind.TOOL, "", feature.alias() + "__*") != null
                        || (feature.kind() == FeatureKind.TOOL && on(now, Kind.TOOL, "", feature.canonical()) != null));
    }

    private @Nullable Kill onEither(Snapshot now, Kind kind, String issuer, @Nullable String value) {
        Kill kill = on(now, kind, issuer, value);
        return kill == null ? on(now, kind, "", value) : kill;
    }

    private @Nullable Kill on(Snapshot now, Kind kind, String issuer, @Nullable String value) {
        if (value == null) {
            return null;
        }
        Kill kill = now.kills().get(new KillTarget(kind, issuer, value));
        return kill != null && kill.isOn(clock.instant()) ? kill : null;
    }

    /** The stopped tools as rules that forbid them to everyone, as long as each stop lasts. */
    public List<Rule> forbids() {
        List<Rule> rules = new ArrayList<>();
        for (Kill kill : current.kills().values()) {
            Instant until = kill.until();
            kill.target()
                    .pattern()
                    .filter(_ -> kill.target().kind() == Kind.TOOL)
                    .ifPresent(pattern -> rules.add(forbid(kill.id(), pattern, until == null ? Instant.MAX : until)));
        }
        return rules;
    }

    private static Rule forbid(String id, FeaturePattern pattern, Instant until) {
        // a tool and a prompt of one name are two things; everything of an upstream is everything
        EnumSet<Action> actions =
                pattern.isExact() ? EnumSet.of(Action.CALL_TOOL, Action.SAMPLE) : EnumSet.allOf(Action.class);
        return new Rule(
                "kill-switch." + id,
                Effect.FORBID,
                List.of(),
                actions,
                List.of(pattern),
                new TreeSet<>(),
                new Validity(Instant.MIN, until),
                CallLimits.NONE);
    }

    /**
     * Stops something, from now on and beyond a restart. What is stopped already is so for this reason and time alone.
     * A stop that cannot be saved holds until the next restart, and {@link #problem} says so: a full disk must not keep
     * anybody from being stopped.
     *
     * @param until when it ends by itself; {@code null} for never
     * @return the stop; empty if there are {@value #KILLS_MAX} already
     */
    public Optional<Kill> set(KillTarget target, String reason, String by, @Nullable Instant until) {
        Kill kill = new Kill(newId(), target, reason, by, clock.instant(), until);
        synchronized (this) {
            Map<KillTarget, Kill> next = inForce();
            next.remove(target);
            if (next.size() >= KILLS_MAX) {
                return Optional.empty();
            }
            next.put(target, kill);
            current = Snapshot.of(next.values());
            try {
                save(next.values());
                problem = "";
            } catch (IOException failure) {
                problem = "the stops in force are not saved: " + failure.getMessage();
                LOG.error("{}", problem);
            }
        }
        changed.run();
        return Optional.of(kill);
    }

    /**
     * Ends a stop.
     *
     * @return the stop that has ended; empty if there is none of that id
     * @throws IOException if that cannot be saved: the stop goes on
     */
    public Optional<Kill> remove(String id) throws IOException {
        Optional<Kill> found;
        synchronized (this) {
            Map<KillTarget, Kill> next = inForce();
            found = next.values().stream().filter(kill -> kill.id().equals(id)).findFirst();
            if (found.isEmpty()) {
                return found;
            }
            next.remove(found.get().target());
            save(next.values());
            problem = "";
            current = Snapshot.of(next.values());
        }
        changed.run();
        return found;
    }

    /** The stop of that id. */
    public Optional<Kill> find(String id) {
        return all().stream().filter(kill -> kill.id().equals(id)).findFirst();
    }

    /**
     * Tells of stops that have ended by themselves since the last look, on a thread of its own. Costs next to nothing when
     * there are none.
     */
    public void look() {
        if (clock.instant().isBefore(current.nextEnd())) {
            return;
        }
        synchronized (this) {
            current = Snapshot.of(inForce().values());
        }
        Thread.ofVirtual().name("kill-switch").start(changed);
    }

    /** Why a restart would forget a stop; empty when it would not. */
    public String problem() {
        return problem;
    }

    private Map<KillTarget, Kill> inForce() {
        Map<KillTarget, Kill> inForce = new LinkedHashMap<>();
        all().forEach(kill -> inForce.put(kill.target(), kill));
        return inForce;
    }

    /** All stops in force, the oldest first. */
    public List<Kill> all() {
        Instant now = clock.instant();
        return current.kills().values().stream().filter(kill -> kill.isOn(now)).toList();
    }

    private String newId() {
        byte[] id = new byte[ID_BYTES];
        ids.nextBytes(id);
        return "k-" + HexFormat.of().formatHex(id);
    }

    private void save(Collection<Kill> kills) throws IOException {
        file.write(KillFormat.json(kills).getBytes(StandardCharsets.UTF_8));
    }
}
