package dev.mcpgateway.gateway.model;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.connectors.model.ModelApi;
import dev.mcpgateway.connectors.model.ModelProtocol;
import dev.mcpgateway.connectors.wire.JsonLimits;
import dev.mcpgateway.gateway.admission.Admission;
import dev.mcpgateway.gateway.admission.CallerPlaces;
import dev.mcpgateway.gateway.http.Answers;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.EdgeForm;
import dev.mcpgateway.gateway.http.Endpoint;
import dev.mcpgateway.gateway.http.Routes;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.Authenticator;
import dev.mcpgateway.gateway.kill.KillSwitch;
import dev.mcpgateway.gateway.model.incident.Restrictions;
import dev.mcpgateway.gateway.model.incident.SafeMode;
import dev.mcpgateway.gateway.model.kept.KeptState;
import dev.mcpgateway.gateway.model.money.Money;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import dev.mcpgateway.policy.Policy;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Everything behind the paths of models, wired. */
public final class ModelFace {
    private static final String V1 = "/v1";

    private final Supplier<Policy> policies;
    private final ModelTable models;
    private final Admission admission;
    private final Attempts attempts;
    private final Onlooker onlooker;
    private final ModelCache cache;
    private final KillSwitch kills;
    private final SafeMode safeMode;
    private final Restrictions restrictions;
    private final AuditLog audit;
    private final Telemetry telemetry;
    private final InstantSource clock;
    private final Settings settings;
    private final Guardrails guardrails;
    private final Optional<Money> money;
    private final KeptState kept;
    private final ModelEvidence evidence;

    /**
     * What the configuration says beyond the models.
     *
     * @param audience what tokens must be made for
     * @param requests bounds of requests
     * @param embeddings bounds of those for embeddings
     * @param callsPerMinute calls of one caller to one model where no rule says otherwise
     * @param callsAtOnce calls of one caller under way
     */
    public record Settings(
            String audience, JsonLimits requests, JsonLimits embeddings, int callsPerMinute, int callsAtOnce) {}

    /** Wires the face; without money nothing is counted. */
    public ModelFace(
            Settings settings,
            Optional<Money> money,
            KeptState kept,
            ModelTable models,
            Admission admission,
            Attempts attempts,
            Onlooker onlooker,
            Guardrails guardrails,
            ModelCache cache,
            ModelEvidence evidence,
            Supplier<Policy> policies,
            KillSwitch kills,
            SafeMode safeMode,
            Restrictions restrictions,
            AuditLog audit,
            Telemetry telemetry,
            InstantSource clock) {
        this.settings = settings;
        this.money = money;
        this.kept = kept;
        this.models = models;
        this.admission = admission;
        this.attempts = attempts;
        this.onlooker = onlooker;
        this.cache = cache;
        this.evidence = evidence;
        this.policies = policies;
        this.kills = kills;
        this.safeMode = safeMode;
        this.restrictions = restrictions;
        this.audit = audit;
        this.telemetry = telemetry;
        this.clock = clock;
        this.guardrails = guardrails;
    }

    /** Its paths: of each protocol below {@code /v1}, Gemini's below {@code /v1beta}, and below a prefix of its own. */
    public List<Route> routes(Authenticator authenticator, BoundedBody bodies, Answers plainAnswers) {
        ModelEndpoint endpoint = endpoint(authenticator, bodies, new ModelAnswers(plainAnswers));
        List<Route> routes = new ArrayList<>();
        for (ModelApi api : ModelApi.values()) {
            if (api.isAskedAtItsPath()) {
                String prefix = prefix(api.protocol());
                routes.add(route(V1 + api.path(), "POST", exchange -> endpoint.call(api, exchange)));
                routes.add(route(prefix + api.path(), "POST", exchange -> endpoint.call(api, exchange)));
            }
        }
        for (String prefix : List.of(GeminiPath.VERSION, "/gemini" + GeminiPath.VERSION)) {
            routes.add(route(prefix + "/models", "GET", endpoint::all));
            // one path has both, so the method tells them apart
            routes.add(new Route(
                    prefix + "/models" + Routes.ANY, Set.of("GET", "POST"), Access.AUTHENTICATED, false, exchange -> {
                        if (exchange.request().getMethod().equals("GET")) {
                            endpoint.one(exchange);
                        } else {
                            endpoint.generate(exchange);
                        }
                    }));
        }
        for (String prefix : List.of(V1, prefix(ModelProtocol.OPENAI), prefix(ModelProtocol.ANTHROPIC))) {
            routes.add(route(prefix + "/models", "GET", endpoint::all));
            routes.add(route(prefix + "/models" + Routes.ANY, "GET", endpoint::one));
        }
        return routes;
    }

    /** How refusals look that end a request before one of these paths has it. */
    public static EdgeForm edgeForm() {
        return ModelErrors::edge;
    }

    private static String prefix(ModelProtocol protocol) {
        return "/" + protocol.name().toLowerCase(Locale.ROOT) + V1;
    }

    private static Route route(String path, String method, Endpoint endpoint) {
        return new Route(path, Set.of(method), Access.AUTHENTICATED, false, endpoint);
    }

    private ModelEndpoint endpoint(Authenticator authenticator, BoundedBody bodies, ModelAnswers answers) {
        ModelRecords records = new ModelRecords(audit);
        Safety safety = new Safety(safeMode, restrictions);
        ModelAdmission admissions = new ModelAdmission(
                models,
                safety,
                admission,
                guardrails,
                money.<Budgets>map(known -> new MeteredBudgets(known, clock)).orElse(Budgets.NONE),
                safety.resting(cache),
                evidence,
                records,
                telemetry,
                clock,
                settings.callsPerMinute(),
                new CallerPlaces(settings.callsAtOnce()),
                kept);
        ModelCallPath calls = new ModelCallPath(policies, admissions, attempts, onlooker, records, answers, kept);
        onlooker.begin(new OwnCalls(calls, kills, records, telemetry));
        return new ModelEndpoint(
                settings.audience(),
                authenticator,
                kills,
                bodies,
                settings.requests(),
                settings.embeddings(),
                calls,
                new ModelList(policies, models, safety, records, answers, clock),
                records,
                answers,
                telemetry);
    }
}
