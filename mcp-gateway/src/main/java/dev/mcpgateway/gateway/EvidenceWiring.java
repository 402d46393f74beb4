package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditReader;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.ContentEndpoints;
import dev.mcpgateway.gateway.config.ContentSettings;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.config.Observe;
import dev.mcpgateway.gateway.evidence.KeptContents;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.ContentKeeper;
import dev.mcpgateway.gateway.model.ModelEvidence;
import dev.mcpgateway.gateway.model.Observing;
import dev.mcpgateway.gateway.model.content.SealedContent;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kept content and observed calls, where the configuration has them. */
final class EvidenceWiring {
    private static final Logger LOG = LoggerFactory.getLogger(EvidenceWiring.class);
    private static final long LOOK_NANOS = Duration.ofMinutes(1).toNanos();

    private final Wiring wiring;
    private final AuditLog audit;
    private final Optional<SealedContent> content;
    private final Optional<Observe> observed;
    private final Observing observing;
    private @Nullable Thread expiry;
    private long nextNanos;

    private EvidenceWiring(
            Wiring wiring,
            AuditLog audit,
            Optional<SealedContent> content,
            Optional<Observe> observed,
            Observing observing) {
        this.wiring = wiring;
        this.audit = audit;
        this.content = content;
        this.observed = observed;
        this.observing = observing;
        this.nextNanos = wiring.nanoClock().getAsLong();
    }

    /**
     * Reads the keys that are sealed for, and looks at what is there.
     *
     * @throws StartRefused if observation would last too long
     * @throws IOException if a key or the folder cannot be used
     */
    static EvidenceWiring of(
            GatewayConfig config,
            Wiring wiring,
            AuditLog audit,
            Incidents incidents,
            DeadlineSweeper sweeper,
            List<AutoCloseable> transports)
            throws StartRefused, IOException {
        Optional<Observe> observed = config.models().flatMap(Models::observe);
        Observing observing = Observing.NOBODY;
        if (observed.isPresent()) {
            observing = observing(observed.get(), wiring.clock(), audit, incidents);
        }
        Optional<ContentSettings> settings = config.models().flatMap(Models::content);
        Optional<SealedContent> content = Optional.empty();
        if (settings.isPresent()) {
            AuditReader log = new AuditReader(audit.address().directory());
            SealedContent made = new SealedContent(
                    settings.get(),
                    audit,
                    wiring.clock(),
                    wiring.nanoClock(),
                    (call, where, since) -> KeptContents.proves(log, call, where, since));
            transports.add(made);
            content = Optional.of(made);
        }
        EvidenceWiring made = new EvidenceWiring(wiring, audit, content, observed, observing);
        content.ifPresent(_ -> sweeper.watch(made::look));
        return made;
    }

    /** Puts the contents behind what breaks calls off, since those hand in what they have when they are broken off. */
    void closeBehind(List<AutoCloseable> transports) {
        content.ifPresent(kept -> {
            transports.remove(kept);
            transports.add(kept);
        });
    }

    private static Observing observing(Observe observe, InstantSource clock, AuditLog audit, Incidents incidents)
            throws StartRefused {
        Instant now = clock.instant();
        Optional<String> problem = observe.problem(now);
        if (problem.isPresent()) {
            throw new StartRefused(List.of(new Problem(
                    "gateway.yaml",
                    0,
                    0,
                    "/models/observe/until",
                    problem.get(),
                    "Observe for a shorter time, and write what was seen into the policy (models report --propose)")));
        }
        if (!now.isBefore(observe.until())) {
            LOG.warn("models.observe is over since {}: every call is held to its rules; remove it", observe.until());
            return Observing.NOBODY;
        }
        audit.append(
                new AdminAction(Actor.NONE, Source.NONE, "observe.begun", "gateway.yaml", observe.words(), "done", ""));
        LOG.warn(
                "OBSERVING: policy and limits do NOT hold for {}; what they would refuse passes and is recorded",
                observe.words());
        return new Observing(observe, incidents.safeMode(), incidents.restrictions(), clock);
    }

    /**
     * Once a minute, not on the thread that keeps the deadlines, and one at a time. No virtual thread: one that deletes a million
     * files does not wait in between, and would keep the calls from the processor that carries it. One that the machine had no
     * room for is not alive, so that the next minute tries again.
     */
    private void look(long now) {
        Thread last = expiry;
        if (now - nextNanos >= 0 && (last == null || !last.isAlive())) {
            nextNanos = now + LOOK_NANOS;
            Thread next = Thread.ofPlatform()
                    .daemon()
                    .name("content-expiry")
                    .unstarted(() -> content.ifPresent(SealedContent::expire));
            expiry = next;
            next.start();
        }
    }

    ModelEvidence evidence() {
        return new ModelEvidence(content.<ContentKeeper>map(each -> each).orElse(ContentKeeper.NONE), observing);
    }

    List<Route> operatorsRoutes(AdminTokens tokens) {
        return content.map(each -> new ContentEndpoints(each, tokens, audit, wiring.nanoClock()).routes())
                .orElse(List.of());
    }

    private boolean isObserving() {
        return observed.filter(each -> wiring.clock().instant().isBefore(each.until()))
                .isPresent();
    }

    void observe(Telemetry telemetry) {
        telemetry.gauge(
                "gateway.observing",
                "1 while calls of models are not held to their rules.",
                () -> isObserving() ? 1 : 0);
        content.ifPresent(kept -> {
            telemetry.counter("gateway.content.kept", "Contents of calls that are kept.", kept::kept);
            telemetry.counter("gateway.content.lost", "Contents that were to be kept and are not.", kept::lost);
            telemetry.gauges("gateway.content.bytes", "Bytes of kept contents.", "tenant", kept::bytes);
        });
    }

    /** Adds what operators are told with the version. */
    void tell(Map<String, String> status) {
        status.put("observing", isObserving() ? observed.orElseThrow().words() : "");
    }
}
