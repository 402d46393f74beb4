package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.AuditHealth;
import dev.mcpgateway.audit.AuditLimits;
import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.audit.AuditMetrics;
import dev.mcpgateway.audit.AuditSettings;
import dev.mcpgateway.connectors.mcp.Catalog;
import dev.mcpgateway.connectors.mcp.CatalogSettings;
import dev.mcpgateway.connectors.mcp.ClientIdentity;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.Surroundings;
import dev.mcpgateway.connectors.mcp.UpstreamStatus;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.admin.AdminEndpoints;
import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.KillEndpoints;
import dev.mcpgateway.gateway.admin.Readiness;
import dev.mcpgateway.gateway.admin.SecretEndpoints;
import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.config.FileWatch;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Anonymous;
import dev.mcpgateway.gateway.config.LivePolicy;
import dev.mcpgateway.gateway.config.Models;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.BodyMemory;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.EdgeForm;
import dev.mcpgateway.gateway.http.HttpServer;
import dev.mcpgateway.gateway.http.Routes;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.Authenticator;
import dev.mcpgateway.gateway.identity.LoopbackTestCaller;
import dev.mcpgateway.gateway.identity.ResourceMetadata;
import dev.mcpgateway.gateway.identity.ScopeHierarchy;
import dev.mcpgateway.gateway.identity.SenderSupport;
import dev.mcpgateway.gateway.identity.TokenAuthenticator;
import dev.mcpgateway.gateway.mcp.Consents;
import dev.mcpgateway.gateway.mcp.McpFace;
import dev.mcpgateway.gateway.mcp.Upstreams;
import dev.mcpgateway.gateway.mcp.View;
import dev.mcpgateway.gateway.model.ModelFace;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Rule;
import dev.mcpgateway.policy.Subject;
import dev.mcpgateway.policy.rules.KnownNames;
import dev.mcpgateway.policy.screen.PatternSet;
import dev.mcpgateway.policy.screen.ResponseScreen;
import dev.mcpgateway.policy.yaml.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway: the constructor builds the whole graph, top-down, and reads like a list. Configuration in, two ports out.
 * Nothing is static, so that several can live in one process.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration FILE_LOOK = Duration.ofMillis(300);
    private static final Duration FIRST_LIST = Duration.ofSeconds(10);

    private final GatewayConfig config;
    private final Wiring wiring;
    private final AuditLog audit;
    private final Telemetry telemetry;
    private final LivePolicy policy;
    private final Stops stops;
    private final FileWatch files = new FileWatch(FILE_LOOK);
    private final DeadlineSweeper sweeper;
    private final Optional<ConsentWiring> consents;
    private final Optional<MoneyWiring> money;
    private final Optional<ModelWiring> models;
    private final Incidents incidents;
    private final EvidenceWiring evidence;
    private final UpstreamCredentials credentials;
    private final UpstreamFactory factory;
    private final SecretWatch secrets;
    private final Map<String, Upstreams.Upstream> upstreams = new LinkedHashMap<>();
    private final Catalog catalog;
    private final Optional<FileWatch.Look> unreadTls;
    private final HttpServer agents;
    private final BodyMemory bodyMemory;
    private final HttpServer operators;
    private final URI publicUrl;
    private final List<View> views;
    private final McpFace face;
    private final OtherCredentials others;
    private final Authenticator authenticator;
    private final Readiness readiness;
    private final List<AutoCloseable> transports = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Opens the audit log, loads the policy and takes the ports; serves nothing before {@link #start}.
     *
     * @throws StartRefused if the policy has problems
     * @throws IOException if an address or a file cannot be used
     * @throws dev.mcpgateway.audit.AuditRefusesToStart if the audit log must not be opened
     */
    public Gateway(GatewayConfig config, Wiring wiring) throws StartRefused, IOException {
        this.config = config;
        this.wiring = wiring;
        this.unreadTls = config.listen().tls().map(tls -> FileWatch.look(tls.files()));
        this.agents = Ports.agents(config, wiring.nanoClock());
        this.bodyMemory = Ports.bodies(config);
        this.operators = Ports.operators(config, wiring.nanoClock());
        this.audit = AuditLog.open(auditSettings(), wiring.clock());
        try {
            this.telemetry = telemetry();
            this.policy = new LivePolicy(config.policyFiles(), this::knownNames, audit);
            loadPolicy();
            this.stops = new Stops(config, wiring, policy);
            this.agents.open();
            this.operators.open();
            this.publicUrl = Ports.publicUrl(config, agents.port());
            this.views = views();
            TimeSource time = new TimeSource(wiring.clock(), wiring.nanoClock());
            this.sweeper = new DeadlineSweeper(time);
            Surroundings surroundings =
                    new Surroundings(sweeper, wiring.ids(), new ClientIdentity("mcp-gateway", wiring.version()));
            Secrets references = new Secrets(config, sweeper, transports);
            this.consents =
                    ConsentWiring.of(config, wiring, publicUrl, surroundings, audit, stops, references, transports);
            this.credentials =
                    new UpstreamCredentials(config, publicUrl, surroundings, wiring.secureRandom(), consents);
            this.factory = new UpstreamFactory(surroundings, config.limits(), credentials, references);
            config.upstreams().forEach((alias, upstream) -> upstreams.put(alias, factory.make(upstream)));
            this.secrets = new SecretWatch(config, wiring, factory::secret);
            PatternSet patterns = PatternSet.shipped();
            this.face = new McpFace(
                    views,
                    policy,
                    stops.kills(),
                    new Upstreams(
                            upstreams, consents.map(ConsentWiring::question).orElse(Consents.NONE)),
                    audit,
                    new ResponseScreen(patterns),
                    telemetry,
                    config.limits(),
                    wiring.clock(),
                    wiring.nanoClock(),
                    wiring.secureRandom(),
                    wiring.version());
            stops.tell(face, sweeper);
            stops.tell(() -> credentials.dropStopped(stops.kills()));
            this.catalog = new Catalog(
                    upstreams.values().stream()
                            .map(Upstreams.Upstream::upstream)
                            .toList(),
                    catalogSettings(),
                    surroundings,
                    face::update);
            this.money = MoneyWiring.of(config, wiring, audit.address().directory(), transports);
            this.incidents = new Incidents(config, wiring, audit, policy, face::policyChanged, telemetry, sweeper);
            this.others = new OtherCredentials(
                    config,
                    views,
                    new OtherCredentials.Means(
                            wiring,
                            sweeper,
                            factory::secret,
                            audit,
                            ModelWiring.audience(config, publicUrl),
                            incidents.safeMode()::isOn,
                            transports));
            this.evidence = EvidenceWiring.of(config, wiring, audit, incidents, sweeper, transports);
            this.models = ModelWiring.of(
                    config,
                    wiring,
                    publicUrl,
                    sweeper,
                    references,
                    policy,
                    stops.kills(),
                    audit,
                    telemetry,
                    money,
                    KeptWiring.of(config, wiring),
                    incidents,
                    evidence,
                    patterns,
                    SemanticWiring.of(config, transports),
                    transports);
            evidence.closeBehind(transports);
            money.ifPresent(wired -> wired.closeBehind(transports));
            this.authenticator = authenticator(time);
            this.readiness = readiness();
        } catch (StartRefused | IOException | RuntimeException failure) {
            transports.forEach(transport -> quietly("transport", transport));
            quietly("audit log", audit);
            throw failure;
        }
    }

    /** Starts the catalogue and serves both ports; returns when agents are answered. */
    public void start() throws Exception {
        observe();
        secrets.start(sweeper);
        CallIds ids = new CallIds(wiring.clock(), wiring.ids());
        Answers adminAnswers = operators.answers("", List::of, Answers.Dpop.NONE, McpFace.serverInfo(wiring.version()));
        operators.start(adminRoutes(), adminAnswers, face::refusedAtTheEdge, EdgeForm.RPC, ids);
        // upstreams that verify our tokens fetch our keys while we ask them for their first lists
        EdgeForm edgeForm = config.models().isPresent() ? ModelFace.edgeForm() : EdgeForm.RPC;
        boolean keysAreAskedFor = credentials.keySet().isPresent();
        if (keysAreAskedFor) {
            agents.start(agentRoutes(), answers(views.getFirst()), face::refusedAtTheEdge, edgeForm, ids);
        }
        catalog.start();
        catalog.awaitFirst(FIRST_LIST);
        if (!keysAreAskedFor) {
            agents.start(agentRoutes(), answers(views.getFirst()), face::refusedAtTheEdge, edgeForm, ids);
        }
        watchFiles();
        LOG.atInfo()
                .addKeyValue("urls", urls())
                .addKeyValue("admin", adminUrl())
                .log("serving");
    }

    private AuditSettings auditSettings() {
        GatewayConfig.Audit settings = config.audit();
        return new AuditSettings(
                settings.dir(),
                settings.origin(),
                settings.signingKey(),
                settings.subjectKey(),
                hostName(),
                wiring.version(),
                AuditLimits.DEFAULTS);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException unnamed) {
            return "";
        }
    }

    private Telemetry telemetry() {
        GatewayConfig.Telemetry settings = config.telemetry();
        URI otlp = settings.otlpUrl();
        return new Telemetry(
                new Telemetry.Settings(
                        otlp == null ? null : otlp.toString(),
                        settings.sampleRatio(),
                        settings.serviceName(),
                        wiring.version(),
                        settings.conventions() == GatewayConfig.Telemetry.Conventions.LATEST,
                        settings.events()),
                wiring.nanoClock());
    }

    private KnownNames knownNames() {
        return new KnownNames(
                config.issuerAliases(),
                config.upstreams().keySet(),
                Set.of(),
                config.models().map(models -> models.aliases().keySet()).orElse(Set.of()),
                config.models().map(Models::places).orElse(Set.of()));
    }

    private void loadPolicy() throws StartRefused {
        List<Problem> problems = policy.load();
        if (!problems.isEmpty()) {
            throw new StartRefused(problems);
        }
    }

    private List<View> views() {
        return config.views().values().stream()
                .map(view -> new View(
                        view.name(),
                        view.path(),
                        view.resource(publicUrl),
                        view.upstreams(),
                        view.names(),
                        view.selection(),
                        view.instructions()))
                .toList();
    }

    private CatalogSettings catalogSettings() {
        return new CatalogSettings(
                config.limits().refreshInterval(),
                CatalogSettings.CHANGE_GAP_DEFAULT,
                CatalogSettings.RETRY_FIRST_DEFAULT,
                CatalogSettings.RETRY_LAST_DEFAULT,
                config.limits().catalogueGrace());
    }

    private Authenticator authenticator(TimeSource time) {
        if (config.anonymous().isPresent()) {
            Anonymous anonymous = config.anonymous().get();
            LOG.warn(
                    "anonymous profile: every request is taken as {}; for tests on loopback only", anonymous.subject());
            return new LoopbackTestCaller(new Subject(
                    "anonymous",
                    anonymous.subject(),
                    anonymous.clientId(),
                    anonymous.groups(),
                    anonymous.scopes(),
                    Map.of()));
        }
        IssuerSources sources = new IssuerSources(config, sweeper, time, transports);
        return new TokenAuthenticator(
                new TokenAuthenticator.Settings(
                        sources.all(),
                        new ScopeHierarchy(config.impliedScopes()),
                        publicUrl,
                        config.limits().authFailuresPerMinute()),
                others.verifiers(),
                wiring.clock(),
                wiring.nanoClock(),
                wiring.secureRandom());
    }

    private Readiness readiness() {
        return new Readiness()
                .with("audit", "takes no records", this::auditProblems)
                .with(
                        "ledger",
                        "cannot be written, and takes nothing before the gateway is started again",
                        () -> money.map(MoneyWiring::problems).orElse(List.of()))
                .with("identity", "no keys to verify tokens with", authenticator::notReady)
                .with(
                        "policy",
                        "no rule allows anything",
                        () -> policy.isEmpty() ? List.of("no rule allows anything") : List.of())
                .with(
                        "catalogue",
                        "no upstream was asked yet",
                        () -> catalog.snapshot().version() == 0
                                        && !config.upstreams().isEmpty()
                                ? List.of("no upstream was asked yet")
                                : List.of());
    }

    private List<String> auditProblems() {
        AuditHealth health = audit.health();
        return health.takesRecords() ? List.of() : List.of(health.state() + ": " + health.reason());
    }

    private void observe() {
        telemetry.gauge(
                "gateway.audit.queue",
                "Records handed in and not yet durable.",
                () -> audit.metrics().queuedRecords());
        telemetry.gauge(
                "gateway.audit.unsigned",
                "Durable records that no checkpoint covers yet.",
                () -> audit.metrics().uncheckpointedRecords());
        telemetry.gauge(
                "gateway.audit.open",
                "1 while records are taken.",
                () -> audit.health().takesRecords() ? 1 : 0);
        telemetry.counter(
                "gateway.audit.records",
                "Records written and synced.",
                () -> audit.metrics().records());
        telemetry.counter(
                "gateway.audit.batches",
                "Batches written and synced.",
                () -> audit.metrics().batches());
        telemetry.counter(
                "gateway.audit.sync.time.nanos",
                "Nanoseconds spent in write and sync.",
                () -> audit.metrics().syncNanosSum());
        telemetry.gauge(
                "gateway.kills", "Stops in force.", () -> stops.kills().all().size());
        telemetry.gauge(
                "gateway.catalogue.tools",
                "Tools in the catalogue.",
                () -> catalog.snapshot().tools().size());
        consents.ifPresent(wired -> wired.observe(telemetry));
        money.ifPresent(wired -> wired.observe(telemetry));
        telemetry.gauge("gateway.bodies.bytes", "Bytes of request bodies that are held.", bodyMemory::held);
        telemetry.gauge("gateway.streams", "Open event streams to agents.", agents::openStreams);
        telemetry.gauge(
                "gateway.upstreams.down",
                "Upstreams whose list is not fresh.",
                () -> upstreamProblems().size());
        telemetry.gauges(
                "gateway.secret.age.seconds",
                "Seconds since a secret got its present value, as far as seen.",
                "secret",
                () -> secrets.ages().seconds());
        telemetry.upstreams(this::upstreamStatus);
        incidents.observe();
        evidence.observe(telemetry);
    }

    private List<String> upstreamProblems() {
        List<String> problems = new ArrayList<>();
        catalog.snapshot().upstreams().forEach((alias, view) -> {
            if (!view.reason().isEmpty()) {
                problems.add(alias + " since " + view.since() + ": " + view.reason());
            }
        });
        return problems;
    }

    private Map<String, UpstreamStatus> upstreamStatus() {
        Map<String, UpstreamStatus> status = new LinkedHashMap<>();
        upstreams.forEach((alias, each) -> status.put(alias, each.upstream().status()));
        return status;
    }

    /** The scopes that the policy in force asks for in this view: what an agent may want to request, and no more. */
    private Set<String> scopes(View view) {
        Set<String> scopes = new TreeSet<>();
        for (Rule rule : policy.get().rules()) {
            boolean here = rule.resources().stream()
                    .anyMatch(pattern ->
                            pattern.isEverything() || view.upstreams().contains(pattern.alias()));
            if (here) {
                scopes.addAll(rule.requiredScopes());
            }
        }
        return scopes;
    }

    private Routes adminRoutes() {
        AdminTokens tokens = new AdminTokens(config.admin().tokens().stream()
                .map(token -> new AdminTokens.Token(token.name(), factory.secret(token.secret()), token.roles()))
                .toList());
        return new AdminEndpoints(
                        readiness,
                        this::upstreamStatus,
                        telemetry::prometheusText,
                        config.telemetry().prometheus(),
                        this::status,
                        tokens,
                        furtherRoutes(tokens))
                .routes();
    }

    private List<Route> furtherRoutes(AdminTokens tokens) {
        KillEndpoints kills = new KillEndpoints(
                stops.kills(),
                incidents.second(),
                tokens,
                audit,
                wiring.clock(),
                wiring.nanoClock(),
                Stops.issuers(config),
                config.upstreams().keySet());
        List<Route> routes = new ArrayList<>(kills.routes());
        routes.addAll(new SecretEndpoints(secrets.ages(), tokens, wiring.clock()).routes());
        money.ifPresent(wired -> routes.addAll(wired.operatorsRoutes(tokens)));
        models.ifPresent(wired -> routes.addAll(wired.operatorsRoutes(tokens)));
        routes.addAll(evidence.operatorsRoutes(tokens));
        consents.ifPresent(
                wired -> routes.addAll(wired.operatorsRoutes(tokens, wiring.nanoClock(), Stops.issuers(config))));
        return incidents.operatorsRoutes(routes, tokens, secrets.ages());
    }

    private Map<String, String> status() {
        Map<String, String> status = new LinkedHashMap<>();
        status.put("version", wiring.version());
        status.put("java", Runtime.version().toString());
        status.put("policy", policy.get().hash());
        status.put("policy_problem", policy.problem());
        status.put("kill_problem", stops.kills().problem());
        incidents.tell(status);
        evidence.tell(status);
        status.put("audit", audit.health().state().name());
        status.put("upstream_problems", String.join("; ", upstreamProblems()));
        status.put("quarantined_tools", face.quarantined().toString());
        status.put("left_out", face.leftOut().toString());
        return status;
    }

    private Answers answers(View view) {
        return agents.answers(
                config.issuers().isEmpty() ? "" : metadataUrl(view),
                () -> scopes(view),
                senderSupport().challenge(),
                McpFace.serverInfo(wiring.version()));
    }

    /** Clients of models do not look for authorization servers: their challenges name none. */
    private Answers modelAnswers() {
        return agents.answers("", List::of, senderSupport().challenge(), McpFace.serverInfo(wiring.version()));
    }

    private Routes agentRoutes() {
        List<Route> routes = new ArrayList<>();
        BoundedBody bodies = new BoundedBody(
                config.limits().requestBytes(), config.limits().bodyTimeout(), wiring.nanoClock(), bodyMemory);
        boolean first = true;
        for (View view : views) {
            routes.add(new Route(
                    view.path(),
                    Set.of("POST", "GET", "DELETE"),
                    Access.AUTHENTICATED,
                    true,
                    face.endpoint(view, authenticator, bodies, answers(view))));
            if (!config.issuers().isEmpty()) {
                ResourceMetadata metadata =
                        new ResourceMetadata(view.resource(), issuers(), () -> scopes(view), senderSupport());
                routes.add(metadataRoute(ResourceMetadata.WELL_KNOWN + view.path(), metadata));
                if (first) {
                    routes.add(metadataRoute(ResourceMetadata.WELL_KNOWN, metadata));
                }
            }
            first = false;
        }
        credentials.keySet().ifPresent(routes::add);
        consents.ifPresent(wired -> routes.addAll(wired.consent().routes()));
        models.ifPresent(wired -> routes.addAll(wired.routes(authenticator, bodyMemory, modelAnswers())));
        return new Routes(routes);
    }

    private static Route metadataRoute(String path, ResourceMetadata metadata) {
        return new Route(path, Set.of("GET"), Access.PUBLIC, false, metadata::answer);
    }

    private List<String> issuers() {
        return config.issuers().values().stream()
                .map(issuer -> issuer.profile().issuer())
                .toList();
    }

    private SenderSupport senderSupport() {
        boolean certificates =
                config.listen().tls().map(GatewayConfig.Tls::clientCa).isPresent();
        return SenderSupport.of(
                config.issuers().values().stream()
                        .map(GatewayConfig.Issuer::profile)
                        .toList(),
                certificates);
    }

    private String metadataUrl(View view) {
        return publicUrl + ResourceMetadata.WELL_KNOWN + view.path();
    }

    private void watchFiles() {
        others.watch(files);
        money.ifPresent(wired -> wired.watch(files));
        policy.watch(files, face::policyChanged);
        unreadTls.ifPresent(before -> files.watch(before, this::reloadTls));
    }

    private void reloadTls() {
        try {
            agents.reloadTls();
            LOG.info("new certificate in use");
        } catch (IOException failure) {
            LOG.error("the certificate was not changed: {}", failure.getMessage());
        }
    }

    /** URLs of the MCP endpoints, the first view's first. */
    public List<String> urls() {
        return views.stream().map(view -> publicUrl + view.path()).toList();
    }

    /** Where models are for clients of OpenAI's protocol; empty where none is served. */
    public Optional<String> modelsUrl() {
        return config.models().map(_ -> publicUrl + "/v1");
    }

    /** What is served on the agents' port, in order; for the module's own tests. */
    @SuppressWarnings("exports")
    public List<Route> agentsRoutes() {
        return agents.routes();
    }

    /** What is served on the operators' port, in order; for the module's own tests. */
    @SuppressWarnings("exports")
    public List<Route> operatorsRoutes() {
        return operators.routes();
    }

    /** Base URL of the operators' port. */
    public String adminUrl() {
        String host = config.admin().host();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + operators.port();
    }

    /** The folder that holds the audit log's {@code log.json}. */
    public Path auditDirectory() {
        return audit.address().directory();
    }

    /** The verifier key of the audit log, to be kept outside it. */
    public String auditVerifierKey() {
        return audit.address().vkey();
    }

    /** Counts of the audit log since the start. */
    public AuditMetrics auditMetrics() {
        return audit.metrics();
    }

    /** Why the gateway should get no traffic now; empty when it should. */
    public List<String> notReady() {
        return readiness.reasons();
    }

    /** Drains: no new calls, those under way are finished and recorded, then everything is closed. Once. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        LOG.info("stopping");
        readiness.drain();
        face.drain();
        quietly("agents' port", () -> agents.drain(config.limits().drainTimeout()));
        quietly("files", files);
        quietly("secrets", secrets);
        quietly("sessions", face);
        quietly("catalogue", catalog);
        for (Upstreams.Upstream upstream : upstreams.values()) {
            McpUpstream closing = upstream.upstream();
            quietly("upstream " + closing.alias(), closing);
        }
        quietly("credentials", credentials);
        transports.forEach(transport -> quietly("transport", transport));
        quietly("operators' port", operators);
        quietly("agents' port", agents);
        quietly("deadlines", sweeper);
        quietly("telemetry", telemetry);
        quietly("audit log", audit);
        if (isEndRecorded()) {
            LOG.info("stopped");
        } else {
            LOG.error("not ended in an orderly way: {}", audit.health().reason());
        }
    }

    /** Whether {@link #close} ended the audit log in an orderly way: its end is recorded and signed. */
    public boolean isEndRecorded() {
        return closed.get() && audit.health().state() == AuditHealth.State.CLOSED;
    }

    private static void quietly(String what, AutoCloseable part) {
        try {
            part.close();
        } catch (Exception failure) {
            LOG.error("closing {} failed", what, failure);
        }
    }
}
