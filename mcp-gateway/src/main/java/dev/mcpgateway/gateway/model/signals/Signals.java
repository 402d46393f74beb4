package dev.mcpgateway.gateway.model.signals;

import dev.mcpgateway.audit.Actor;
import dev.mcpgateway.audit.AuditEvent;
import dev.mcpgateway.audit.AuditEvent.AdminAction;
import dev.mcpgateway.audit.AuditEvent.KillChanged;
import dev.mcpgateway.audit.AuditEvent.PolicyChanged;
import dev.mcpgateway.audit.AuditEvent.PolicyRejected;
import dev.mcpgateway.audit.AuditEvent.SignalRaised;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditObserver;
import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.audit.CallKind;
import dev.mcpgateway.audit.CallOpened;
import dev.mcpgateway.audit.CallOutcome;
import dev.mcpgateway.audit.CallStatus;
import dev.mcpgateway.audit.ModelOutcome;
import dev.mcpgateway.audit.ModelRouting;
import dev.mcpgateway.audit.Source;
import dev.mcpgateway.gateway.identity.OwnCaller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All detectors over what the audit log takes, and what becomes of their signals. */
public final class Signals implements AuditObserver {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    /** Beginnings of the names of administrators' acts that change what is allowed. */
    private static final List<String> OVERRIDES = List.of(
            "safe_mode.", "restriction.", "break_glass.", "quarantine.", "virtual_key.created", "change_refused");

    private final RoutingDrift drift = new RoutingDrift();
    private final TruncationRise truncation = new TruncationRise();
    private final BilledInput billed = new BilledInput();
    private final AuthFailures failures = new AuthFailures();
    private final ServedMismatch mismatch = new ServedMismatch();
    private final ChangeTimes times;
    private final InstantSource clock;
    private final AuditLog audit;
    private final Consumer<Signal> counted;

    /**
     * Watches from now on what {@link AuditLog#observe} tells.
     *
     * @param windows when operators may override
     * @param counted told of each signal, for the metric
     */
    public Signals(List<Predicate<Instant>> windows, InstantSource clock, AuditLog audit, Consumer<Signal> counted) {
        this.times = new ChangeTimes(windows);
        this.clock = clock;
        this.audit = audit;
        this.counted = counted;
    }

    @Override
    public void ended(CallOpened call, CallOutcome outcome) {
        if (call.kind() != CallKind.LLM_CALL || outcome.status() != CallStatus.OK) {
            return;
        }
        Instant now = clock.instant();
        String tenant = call.actor().tenant();
        ModelOutcome said = outcome.model();
        if (!said.cache().isEmpty()) {
            return;
        }
        ModelRouting by = said.routing();
        String provider = by.provider().isEmpty() ? call.model().provider() : by.provider();
        String asked = by.name().isEmpty() ? call.model().name() : by.name();
        if (by.mismatch()) {
            mismatch.answered(tenant, provider, asked, said.served(), now).ifPresent(this::raise);
        }
        // how many answers are judged and copied changes with money and settings, and is nobody's traffic
        if (call.actor().issuer().equals(OwnCaller.ISSUER)) {
            return;
        }
        drift.served(tenant, provider + "/" + (said.served().isEmpty() ? asked : said.served()), now)
                .ifPresent(this::raise);
        String target = provider + "/" + asked + " " + call.model().operation();
        billed.billed(tenant, target, call.arguments().bytes(), said.usage().input(), now)
                .ifPresent(this::raise);
        if (!said.finishReason().isEmpty()) {
            truncation.finished(tenant, said.finishReason(), now).ifPresent(this::raise);
        }
    }

    @Override
    public void happened(AuditEvent event) {
        Instant now = clock.instant();
        switch (event) {
            case PolicyChanged _ -> {
                drift.changed();
                times.overridden("policy.changed", "", now).ifPresent(this::raise);
            }
            case PolicyRejected _ ->
                times.overridden("policy.rejected", "", now).ifPresent(this::raise);
            case KillChanged kill ->
                times.overridden(kill.removed() ? "kill.removed" : "kill.set", kill.administrator(), now)
                        .ifPresent(this::raise);
            case AdminAction action -> {
                if (action.action().startsWith("safe_mode.")) {
                    drift.changed();
                }
                if (OVERRIDES.stream().anyMatch(action.action()::startsWith)) {
                    times.overridden("admin." + action.action(), action.administrator(), now)
                            .ifPresent(this::raise);
                }
            }
            default -> {
                // no change of what is allowed
            }
        }
    }

    /** A provider refused one of its keys. */
    public void keyRefused(String provider, String key) {
        failures.refused(provider, key, clock.instant()).ifPresent(this::raise);
    }

    /** On a thread of its own: the call that shows what is unusual does not wait for the log. */
    private void raise(Signal signal) {
        counted.accept(signal);
        LOG.atWarn()
                .addKeyValue("signal", signal.kind().word())
                .addKeyValue("tenant", signal.tenant())
                .addKeyValue("about", signal.about())
                .log("{}", signal.what());
        Thread.ofVirtual().name("signal").start(() -> {
            try {
                audit.append(new SignalRaised(
                        new Actor("", "", "", List.of(), "", signal.tenant()),
                        Source.NONE,
                        signal.kind().word(),
                        signal.about(),
                        number(signal.value()),
                        number(signal.threshold()),
                        signal.what()));
            } catch (AuditUnavailable failure) {
                LOG.error("a signal is not in the audit log: {}", failure.getMessage());
            }
        });
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
