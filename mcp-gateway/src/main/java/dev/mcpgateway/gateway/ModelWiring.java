package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.model.BedrockProvider;
import dev.mcpgateway.connectors.model.HttpModelProvider;
import dev.mcpgateway.connectors.model.ModelProvider;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.connectors.model.ProviderSettings;
import dev.mcpgateway.connectors.model.translate.StateKey;
import dev.mcpgateway.connectors.model.translate.TranslatingProvider;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.ModelHealthEndpoint;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.BodyMemory;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.Authenticator;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.model.Attempts;
import dev.mcpgateway.gateway.model.ExpectedCost;
import dev.mcpgateway.gateway.model.Guardrails;
import dev.mcpgateway.gateway.model.ModelFace;
import dev.mcpgateway.gateway.model.ModelTable;
import dev.mcpgateway.gateway.model.Onlooker;
import dev.mcpgateway.gateway.model.guard.PolicyGuardrails;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.model.route.HealthTable;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Policy;
import dev.mcpgateway.policy.screen.PatternSet;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The model plane, where the configuration has one: its providers, and the paths of its models. */
final class ModelWiring {
    /** Of a long conversation with many tools; each value costs memory when it is screened. */
    private static final int BYTES_OF_A_VALUE = 64;

    /** Embeddings may be asked of lists of numbers. */
    private static final int BYTES_OF_A_NUMBER = 4;

    private final GatewayConfig config;
    private final ModelFace face;
    private final HealthTable health;
    private final Wiring wiring;
    private final Models models;

    private final DoctorWiring doctor;

    private ModelWiring(
            GatewayConfig config,
            Models models,
            ModelFace face,
            HealthTable health,
            DoctorWiring doctor,
            Wiring wiring) {
        this.config = config;
        this.models = models;
        this.face = face;
        this.health = health;
        this.doctor = doctor;
        this.wiring = wiring;
    }

    /** What tokens for models are made for; empty where there are none. */
    static Optional<String> audience(GatewayConfig config, URI publicUrl) {
        return config.models().map(models -> {
            URI audience = models.audience();
            return audience == null ? publicUrl + "/v1" : audience.toString();
        });
    }

    /**
     * Makes the providers; nothing is sent yet. They are added to the list, to be closed with the gateway.
     *
     * @throws IOException if the state folder cannot be used
     */
    static Optional<ModelWiring> of(
            GatewayConfig config,
            Wiring wiring,
            URI publicUrl,
            DeadlineSweeper sweeper,
            Secrets secrets,
            Supplier<Policy> policies,
            KillSwitch kills,
            AuditLog audit,
            Telemetry telemetry,
            Optional<MoneyWiring> money,
            Optional<KeptState> kept,
            Incidents incidents,
            EvidenceWiring evidence,
            PatternSet patterns,
            SemanticWiring caches,
            List<AutoCloseable> transports)
            throws IOException {
        if (config.models().isEmpty()) {
            return Optional.empty();
        }
        StateKey key = ReasoningKey.in(config.stateDir(), wiring.secureRandom());
        return config.models().map(models -> {
            ProviderCredentials credentials =
                    new ProviderCredentials(secrets, sweeper, wiring.secureRandom(), transports);
            Map<String, ModelProvider> providers = new LinkedHashMap<>();
            models.providers().forEach((name, provider) -> {
                UpstreamCredential credential = credentials.of(provider);
                ModelProvider made = new TranslatingProvider(
                        incidents.keyed(
                                provider(provider, settings(provider, credential, models, config), models, sweeper),
                                credential),
                        provider::translation,
                        key,
                        new CallIds(wiring.clock(), wiring.ids())::next,
                        wiring.clock());
                providers.put(name, made);
                transports.add(made);
            });
            TimeSource time = new TimeSource(wiring.clock(), wiring.nanoClock());
            HealthTable health = health(models, time);
            Admission admission = admission(models);
            telemetry.gauges(
                    "gateway.breaker.state",
                    "State of a target's breaker: 0 closed, 1 ramp, 2 half open, 3 open.",
                    "target",
                    () -> states(health));
            Onlooker judge = JudgeWiring.of(models, health, wiring, incidents, telemetry, transports);
            DoctorWiring doctor = DoctorWiring.of(models, money, wiring, audit, judge);
            ModelFace face = new ModelFace(
                    new ModelFace.Settings(
                            audience(config, publicUrl).orElseThrow(),
                            requests(models, config, BYTES_OF_A_VALUE),
                            requests(models, config, BYTES_OF_A_NUMBER),
                            config.limits().callsPerMinute(),
                            config.limits().modelCallsPerCaller()),
                    money.map(MoneyWiring::money),
                    kept.orElseThrow(),
                    new ModelTable(
                            models.aliases(),
                            providers,
                            health,
                            money.map(each -> new ExpectedCost(each.money(), wiring.clock()))),
                    admission,
                    new Attempts(models.routing(), health, admission, time, wiring.ids()),
                    doctor.or(judge),
                    guardrails(models, config, patterns, telemetry),
                    caches.cache(models, wiring, telemetry),
                    evidence.evidence(),
                    policies,
                    kills,
                    incidents.safeMode(),
                    incidents.restrictions(),
                    audit,
                    telemetry,
                    wiring.clock());
            return new ModelWiring(config, models, face, health, doctor, wiring);
        });
    }

    private static ModelProvider provider(
            Models.Provider provider, ProviderSettings settings, Models models, DeadlineSweeper sweeper) {
        return settings.kind() == ProviderKind.BEDROCK
                ? new BedrockProvider(settings, firstModel(settings.name(), models), provider::bedrock, sweeper)
                : new HttpModelProvider(settings, sweeper);
    }

    /** The first that an alias leads to; a provider that none leads to is a problem of the configuration. */
    private static String firstModel(String provider, Models models) {
        return models.aliases().values().stream()
                .flatMap(alias -> alias.targets().stream())
                .filter(target -> target.provider().equals(provider))
                .findFirst()
                .orElseThrow()
                .model();
    }

    private static HealthTable health(Models models, TimeSource time) {
        return new HealthTable(
                models.aliases().values().stream()
                        .flatMap(alias -> alias.targets().stream())
                        .toList(),
                models.routing(),
                time.nanoTime());
    }

    private static Map<String, Long> states(HealthTable health) {
        Map<String, Long> states = new LinkedHashMap<>();
        health.all()
                .forEach((target, each) ->
                        states.put(target.toString(), each.state().level()));
        return states;
    }

    private static Admission admission(Models models) {
        return new Admission(models.providers().values().stream()
                .collect(Collectors.toMap(Models.Provider::name, Models.Provider::concurrentCalls)));
    }

    private static Guardrails guardrails(
            Models models, GatewayConfig config, PatternSet patterns, Telemetry telemetry) {
        return new PolicyGuardrails(
                patterns,
                new PolicyGuardrails.Bounds(models.replyBytes(), config.limits().jsonDepth()),
                telemetry);
    }

    /** The values that a request may have grow with its bytes. */
    private static JsonLimits requests(Models models, GatewayConfig config, int bytesOfOne) {
        JsonLimits plain =
                JsonLimits.forRequests(models.requestBytes(), config.limits().jsonDepth());
        return new JsonLimits(
                plain.bytesMax(),
                plain.depthMax(),
                Math.max(plain.tokensMax(), models.requestBytes() / bytesOfOne),
                plain.nameBytesMax(),
                plain.numberBytesMax(),
                plain.lenientText());
    }

    private static ProviderSettings settings(
            Models.Provider provider, UpstreamCredential credential, Models models, GatewayConfig config) {
        HttpSettings connections = new HttpSettings(
                HttpOrigin.of(provider.baseUrl()),
                HttpSettings.Client.LEAN,
                provider.concurrentCalls(),
                provider.connectTimeout(),
                HttpSettings.LEASE_TIMEOUT_DEFAULT,
                HttpSettings.IDLE_DEFAULT,
                HttpSettings.AGE_DEFAULT,
                Optional.empty());
        return new ProviderSettings(
                provider.name(),
                provider.kind(),
                provider.baseUrl(),
                provider.apiVersion(),
                credential,
                connections,
                UpstreamFactory.networks(provider.allowNetworks()),
                provider.firstEventTimeout(),
                provider.idleTimeout(),
                provider.totalTimeout(),
                provider.includeUsage(),
                provider.betas(),
                models.replyBytes(),
                models.streamBytes(),
                config.limits().jsonDepth());
    }

    /** What operators may ask about the models. */
    List<Route> operatorsRoutes(AdminTokens tokens) {
        List<Route> routes = new ArrayList<>(new ModelHealthEndpoint(health, tokens).routes());
        routes.addAll(doctor.operatorsRoutes(tokens));
        return routes;
    }

    /** The paths of models. */
    List<Route> routes(Authenticator authenticator, BodyMemory memory, Answers answers) {
        return face.routes(
                authenticator,
                new BoundedBody(models.requestBytes(), config.limits().bodyTimeout(), wiring.nanoClock(), memory),
                answers);
    }
}
