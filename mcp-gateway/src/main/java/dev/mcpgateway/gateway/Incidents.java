package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.connectors.credential.KeyPair;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.KeyedProvider;
import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.CredentialEndpoints;
import dev.mcpgateway.gateway.admin.RestrictionEndpoints;
import dev.mcpgateway.gateway.admin.SafeModeEndpoints;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Incident;
import dev.mcpgateway.gateway.config.LivePolicy;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.model.credentials.ProviderKeys;
import dev.mcpgateway.gateway.model.incident.Mode;
import dev.mcpgateway.gateway.model.incident.Restrictions;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.gateway.model.incident.SecondOperator;
import dev.mcpgateway.gateway.model.signals.Signals;
import dev.mcpgateway.gateway.secrets.SecretAges;
import dev.mcpgateway.gateway.state.StateFile;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What operators reach for in an incident: safe mode, restrictions of tenants, the keys of providers, and what is watched for. */
final class Incidents {
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();
    private static final Duration LEAVE_WINDOW = Duration.ofMinutes(15);

    private final Wiring wiring;
    private final int callsPerMinute;
    private final AuditLog audit;
    private final Telemetry telemetry;
    private final DeadlineSweeper sweeper;
    private final SafeMode safeMode;
    private final ProviderKeys keys = new ProviderKeys();
    private final LivePolicy policy;
    private final Runnable listsChanged;
    private final Restrictions restrictions;
    private final Set<String> models;
    private final Optional<Signals> signals;
    private final SecondOperator second;
    private volatile long nextNanos;

    /**
     * Is in safe mode if the state folder says so.
     *
     * @throws IOException if the state folder says nothing that can be read
     */
    Incidents(
            GatewayConfig config,
            Wiring wiring,
            AuditLog audit,
            LivePolicy policy,
            Runnable listsChanged,
            Telemetry telemetry,
            DeadlineSweeper sweeper)
            throws IOException {
        this.wiring = wiring;
        this.callsPerMinute = config.limits().callsPerMinute();
        this.policy = policy;
        this.listsChanged = listsChanged;
        this.restrictions = new Restrictions(new StateFile(config.stateDir().resolve("restrictions.json")));
        this.models = config.models().map(each -> each.aliases().keySet()).orElse(Set.of());
        policy.restrict(restrictions.forPolicy());
        this.audit = audit;
        this.telemetry = telemetry;
        this.sweeper = sweeper;
        this.safeMode = new SafeMode(settings(config), wiring.clock(), audit);
        Optional<Incident> incident = config.models().map(Models::incident);
        Optional<Incident.Signals> watched = incident.flatMap(Incident::signals);
        this.signals = watched.map(this::signals);
        this.second = new SecondOperator(
                watched.filter(Incident.Signals::two).map(Incidents::windows).orElse(List.of()),
                incident.map(Incident::leaveWindow).orElse(LEAVE_WINDOW),
                wiring.clock(),
                audit);
        this.nextNanos = wiring.nanoClock().getAsLong();
        sweeper.watch(this::look);
    }

    private Signals signals(Incident.Signals settings) {
        Signals watching = new Signals(
                windows(settings),
                wiring.clock(),
                audit,
                signal -> telemetry.signalled(signal.kind().word()));
        audit.observe(watching);
        return watching;
    }

    private static List<Predicate<Instant>> windows(Incident.Signals settings) {
        List<Predicate<Instant>> windows = new ArrayList<>();
        settings.windows().forEach(window -> windows.add(window::covers));
        return windows;
    }

    private static SafeMode.Settings settings(GatewayConfig config) {
        Map<String, URI> providers = new LinkedHashMap<>();
        config.models()
                .ifPresent(models ->
                        models.providers().forEach((name, provider) -> providers.put(name, provider.baseUrl())));
        Optional<Incident> incident = config.models().map(Models::incident);
        return new SafeMode.Settings(
                config.stateDir(),
                incident.flatMap(Incident::profile)
                        .map(profile -> new SafeMode.ProfileSource(profile.file(), profile.publicKey())),
                providers,
                incident.map(Incident::leaveWindow).orElse(LEAVE_WINDOW));
    }

    /** Four looks a second at the trigger file, none of them on the thread that keeps the deadlines. */
    private void look(long now) {
        if (!safeMode.isOn() && now - nextNanos >= 0) {
            nextNanos = now + LOOK_NANOS;
            Thread.ofVirtual().name("safe-mode").start(safeMode::look);
        }
    }

    /** One at a time, so that the policy ends with the newest restrictions whoever comes last. */
    private synchronized void restrictionsChanged() {
        policy.restrict(restrictions.forPolicy());
        listsChanged.run();
    }

    Restrictions restrictions() {
        return restrictions;
    }

    SecondOperator second() {
        return second;
    }

    SafeMode safeMode() {
        return safeMode;
    }

    /** The provider, that is asked again with its other key when it refuses one; one without keys as it is. */
    ModelProvider keyed(ModelProvider provider, UpstreamCredential credential) {
        if (!(credential instanceof KeyPair pair)) {
            return provider;
        }
        KeyedProvider keyed = new KeyedProvider(provider, pair, this::refused, sweeper.time());
        keys.add(keyed);
        return keyed;
    }

    private void refused(String provider, String key) {
        telemetry.keyRefused(provider, key);
        signals.ifPresent(watching -> watching.keyRefused(provider, key));
    }

    /** These rows of the operators' port, narrowed by safe mode, and those of incidents. */
    List<Route> operatorsRoutes(List<Route> routes, AdminTokens tokens, SecretAges ages) {
        SafeModeEndpoints endpoints = new SafeModeEndpoints(safeMode, tokens, wiring.nanoClock());
        List<Route> all = new ArrayList<>(routes);
        all.addAll(endpoints.routes());
        all.addAll(new CredentialEndpoints(keys, ages, tokens, audit, wiring.clock(), wiring.nanoClock()).routes());
        all.addAll(new RestrictionEndpoints(
                        restrictions,
                        second,
                        this::restrictionsChanged,
                        models,
                        tokens,
                        audit,
                        wiring.clock(),
                        wiring.nanoClock(),
                        callsPerMinute)
                .routes());
        return endpoints.narrowed(all);
    }

    void observe() {
        telemetry.gauge("gateway.safe_mode", "0 for off, 1 for on, 2 while no model is served.", this::modeNumber);
        telemetry.gauge("gateway.restrictions", "Tenants that are restricted.", this::restrictedTenants);
    }

    private long restrictedTenants() {
        return restrictions.all().size();
    }

    private long modeNumber() {
        return switch (safeMode.mode()) {
            case Mode.Normal _ -> 0;
            case Mode.Safe _ -> 1;
            case Mode.Shut _ -> 2;
        };
    }

    /** Adds what operators are told with the version. */
    void tell(Map<String, String> status) {
        status.put("restriction_problem", restrictions.problem());
        status.put(
                "safe_mode",
                switch (safeMode.mode()) {
                    case Mode.Normal _ -> "off";
                    case Mode.Safe _ -> "on";
                    case Mode.Shut(Mode.Entered _, String problem) -> "shut: " + problem;
                });
    }
}
