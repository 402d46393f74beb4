package dev.mcpgateway.gateway.model.incident;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.model.incident.Mode.Entered;
import dev.mcpgateway.gateway.state.StateDamaged;
import dev.mcpgateway.gateway.state.StateFile;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Safe mode: models are served by the signed known-good profile alone, whatever else the configuration says. It begins by an
 * operator's word, by a file in the state folder or at the start, holds for every call that is planned afterwards, survives
 * restarts and ends by the word of two operators.
 *
 * <p>To begin does not wait for anything: neither for the audit log nor for the disk. A profile that cannot be used stops
 * all calls of models. Costs a call one volatile read.
 */
public final class SafeMode {
    /** The file that begins safe mode, below the state folder; its content does not matter. */
    public static final String TRIGGER = "safe-mode.on";

    /** Longest reason in characters. */
    public static final int REASON_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger(SafeMode.class);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Settings settings;
    private final Path trigger;
    private final StateFile file;
    private final InstantSource clock;
    private final AuditLog audit;
    private volatile Mode mode = Mode.NORMAL;
    private final AtomicLong changes = new AtomicLong();
    private volatile String problem = "";
    private @Nullable Wish wish;

    /**
     * What the configuration says.
     *
     * @param stateDir the state folder
     * @param profile where the profile is; empty where none is configured
     * @param providers where each provider is
     * @param leaveWindow how long the word of the first of two operators counts
     */
    public record Settings(
            Path stateDir, Optional<ProfileSource> profile, Map<String, URI> providers, Duration leaveWindow) {
        /** Copies the map. */
        public Settings {
            providers = Map.copyOf(providers);
        }
    }

    /**
     * A profile and who vouches for it.
     *
     * @param file the profile
     * @param publicKey PEM file
     */
    public record ProfileSource(Path file, Path publicKey) {}

    /** What came of the wish to leave. */
    public sealed interface Leaving {
        /** Safe mode is over. */
        record Left() implements Leaving {}

        /** Another operator must say so, too, until then. */
        record Asked(String by, Instant until) implements Leaving {}

        /** It goes on, for this reason. */
        record Stays(String why) implements Leaving {}
    }

    private record Wish(String by, Instant until) {}

    /**
     * Is in safe mode if the state folder says so.
     *
     * @throws IOException if its file is damaged or cannot be read: nobody knows then how models are to be served
     */
    public SafeMode(Settings settings, InstantSource clock, AuditLog audit) throws IOException {
        this.settings = settings;
        this.trigger = settings.stateDir().resolve(TRIGGER);
        this.file = new StateFile(settings.stateDir().resolve("safe-mode.json"));
        this.clock = clock;
        this.audit = audit;
        Optional<Entered> kept = kept(file);
        kept.ifPresent(entered -> mode = by(entered));
        look();
    }

    /**
     * Puts the trigger file into a state folder.
     *
     * @throws IOException if that cannot be done
     */
    public static void pull(Path stateDir) throws IOException {
        Files.createDirectories(
                stateDir, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path trigger = stateDir.resolve(TRIGGER);
        if (!Files.exists(trigger)) {
            Files.createFile(trigger);
        }
    }

    /** Whether the state folder says that it is on, for commands that must not do certain things then. */
    public static boolean isOn(Path stateDir) throws IOException {
        return Files.exists(stateDir.resolve(TRIGGER))
                || kept(new StateFile(stateDir.resolve("safe-mode.json"))).isPresent();
    }

    private static Optional<Entered> kept(StateFile file) throws IOException {
        Optional<byte[]> content = file.read();
        if (content.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(content.get());
            return json.path("on").asBoolean(true)
                    ? Optional.of(new Entered(
                            Instant.parse(json.path("since").asString("")),
                            json.path("by").asString(""),
                            json.path("reason").asString("")))
                    : Optional.empty();
        } catch (JacksonException | DateTimeException malformed) {
            throw new StateDamaged(file.path().toString(), "it is not what the gateway writes");
        }
    }

    /** Whether models are not served as configured: caches, judges and whatever else chooses by itself must rest. */
    public boolean isOn() {
        return !(mode instanceof Mode.Normal);
    }

    /** How often it began or ended; what was kept before the newest change is not to be trusted. */
    public long changes() {
        return changes.get();
    }

    /** How models are served now. */
    public Mode mode() {
        return mode;
    }

    /** Why a restart would forget it; empty when it would not. */
    public String problem() {
        return problem;
    }

    /** Why the profile could not be used now; empty when it could. */
    public String profileProblem() {
        return by(new Entered(Instant.EPOCH, "", "")) instanceof Mode.Shut(Entered _, String why) ? why : "";
    }

    /** Begins safe mode if the trigger file is there. May read files. */
    public void look() {
        if (!isOn() && Files.exists(trigger)) {
            enter("file " + TRIGGER, "the file is in the state folder", Source.NONE);
        }
    }

    /**
     * Begins safe mode; if it is on already, reads the profile anew and takes back what an operator said about leaving. What
     * cannot be saved holds until the next restart, and {@link #problem} says so.
     *
     * @param by name of the operator's token
     * @return how models are served now; never {@link Mode.Normal}
     */
    public synchronized Mode enter(String by, String reason, Source source) {
        Entered entered = switch (mode) {
            case Mode.Safe(Entered before, KnownGood _) -> before;
            case Mode.Shut(Entered before, String _) -> before;
            case Mode.Normal _ -> new Entered(clock.instant(), by, reason);
        };
        Mode now = by(entered);
        mode = now;
        changes.incrementAndGet();
        wish = null;
        try {
            save(entered);
            problem = "";
        } catch (IOException failure) {
            problem = "safe mode is not saved: " + failure.getMessage();
            LOG.error("{}", problem);
        }
        String result = now instanceof Mode.Shut(Entered _, String why) ? "on, and no model is served: " + why : "on";
        LOG.atWarn().addKeyValue("operator", by).log("safe mode: {}", result);
        try {
            audit.append(action("safe_mode.on", by, result, reason, source));
        } catch (AuditUnavailable failure) {
            LOG.error("safe mode is on and not in the audit log: {}", failure.getMessage());
        }
        return now;
    }

    /**
     * Ends safe mode if another operator has said so within the window; else notes that this one does. In the audit log
     * before it is so.
     *
     * @throws AuditUnavailable if it cannot be recorded: safe mode goes on
     */
    public synchronized Leaving leave(String by, String reason, Source source) {
        if (!isOn()) {
            return new Leaving.Stays("safe mode is not on");
        }
        if (Files.exists(trigger)) {
            return new Leaving.Stays("the file " + TRIGGER + " is in the state folder: remove it first");
        }
        Instant now = clock.instant();
        Wish first = wish;
        if (first == null || !now.isBefore(first.until()) || first.by().equals(by)) {
            Wish asked = new Wish(by, now.plus(settings.leaveWindow()));
            audit.append(action("safe_mode.leave", by, "asked, until " + asked.until(), reason, source));
            wish = asked;
            return new Leaving.Asked(by, asked.until());
        }
        audit.append(action("safe_mode.off", by, "off, asked by " + first.by(), reason, source));
        try {
            file.write("{\"on\":false}\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            LOG.error("safe mode goes on: {}", failure.getMessage());
            audit.append(action("safe_mode.on", by, "it goes on: the end could not be saved", reason, source));
            return new Leaving.Stays("the end cannot be saved");
        }
        wish = null;
        problem = "";
        // first, so that who sees the end sees that something changed
        changes.incrementAndGet();
        mode = Mode.NORMAL;
        LOG.atWarn().addKeyValue("operator", by).log("safe mode: off");
        return new Leaving.Left();
    }

    /** Records that an operator wanted to change what safe mode keeps as it is. */
    public void refusedChange(String by, String what, Source source) {
        try {
            audit.append(new AdminAction(Actor.NONE, source, "change_refused", by, what, "refused: safe mode", ""));
        } catch (AuditUnavailable failure) {
            LOG.error("a refused change is not in the audit log: {}", failure.getMessage());
        }
    }

    private static AdminAction action(String action, String by, String result, String reason, Source source) {
        return new AdminAction(Actor.NONE, source, action, by, "models", result, reason);
    }

    private Mode by(Entered entered) {
        if (settings.profile().isEmpty()) {
            return new Mode.Shut(entered, "no profile is configured (models.safe_mode)");
        }
        ProfileSource source = settings.profile().get();
        try {
            KnownGood profile = KnownGoodFile.read(source.file(), KnownGoodFile.publicKey(source.publicKey()));
            Optional<String> difference = profile.difference(settings.providers());
            return difference.isPresent() ? new Mode.Shut(entered, difference.get()) : new Mode.Safe(entered, profile);
        } catch (BadProfile bad) {
            return new Mode.Shut(entered, String.valueOf(bad.getMessage()));
        }
    }

    private void save(Entered entered) throws IOException {
        file.write(JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("on", true)
                .put("since", entered.since().toString())
                .put("by", entered.by())
                .put("reason", entered.reason())));
    }
}
