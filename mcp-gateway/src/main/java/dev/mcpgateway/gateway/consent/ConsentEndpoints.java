package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.audit.AuditEvent.ConsentChanged.Step;
import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import dev.mcpgateway.connectors.oauth.ClientRegistration;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.connectors.oauth.Pkce;
import dev.mcpgateway.connectors.oauth.TokenAnswer;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.Caller;
import dev.mcpgateway.gateway.identity.IdTokens.LoggedIn;
import dev.mcpgateway.gateway.kill.KillSwitch;
import java.net.URI;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages through which a user's browser goes: the agent's link, the login at the user's own issuer, the question, the
 * upstream's authorization server, and back. Public, because a browser has no token: what it may do hangs on the secret
 * of the step and on the cookie of the browser that began.
 */
public final class ConsentEndpoints {
    /** Where agents send their users. */
    public static final String START = "/oauth/start";

    /** Where authorization servers send browsers back to. */
    public static final String CALLBACK = "/oauth/callback";

    /** Where the question's form goes. */
    static final String APPROVE = "/oauth/approve";

    /** The gateway as a client, for authorization servers that read such documents. */
    public static final String CLIENT = "/oauth/client.json";

    private static final Logger LOG = LoggerFactory.getLogger(ConsentEndpoints.class);

    private final Parts parts;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final URI publicUrl;
    private final URI redirect;
    private final BrowserGate gate;
    private final OwnConsents own;

    /**
     * What they work with.
     *
     * @param logins by identifier of the issuer
     * @param upstreams by alias
     */
    record Parts(
            Flows flows,
            Map<String, Login> logins,
            Map<String, UpstreamGrants> upstreams,
            SealedTokens tokens,
            ConsentRecords records,
            KillSwitch kills,
            ClientRegistration client) {}

    ConsentEndpoints(
            Parts parts, URI publicUrl, InstantSource clock, LongSupplier nanoClock, RandomGenerator secureRandom) {
        this.parts = parts;
        this.clock = clock;
        this.random = secureRandom;
        this.publicUrl = publicUrl;
        this.redirect = publicUrl.resolve(CALLBACK);
        this.gate = new BrowserGate(publicUrl, nanoClock, secureRandom);
        this.own = new OwnConsents(
                parts.logins(),
                parts.tokens(),
                parts.records(),
                gate,
                new Visits(clock, secureRandom),
                redirect,
                secureRandom);
    }

    List<Route> routes() {
        Set<String> get = Set.of("GET");
        return List.of(
                new Route(START, get, Access.PUBLIC, false, exchange -> gate.step(exchange, this::start)),
                new Route(CALLBACK, get, Access.PUBLIC, false, exchange -> gate.step(exchange, this::back)),
                new Route(APPROVE, Set.of("POST"), Access.PUBLIC, false, exchange -> gate.step(exchange, this::answer)),
                own.route(),
                new Route(CLIENT, get, Access.PUBLIC, false, this::client));
    }

    /** The URL by which the user of this agent begins. */
    URI begin(Caller caller, Owner owner, Collection<String> scopes) {
        return publicUrl.resolve(START + "?flow=" + parts.flows().offer(caller, owner, Set.copyOf(scopes)));
    }

    private boolean start(Exchange exchange) throws OAuthFault {
        Optional<Flow.Offered> flow = Query.of(exchange)
                .flatMap(query -> query.only("flow"))
                .flatMap(token -> parts.flows().take(token, Flow.Offered.class));
        if (flow.isEmpty()) {
            return false;
        }
        Flow.Asked asked = flow.get().asked();
        Login login = parts.logins().get(asked.owner().issuer());
        if (login == null || isStopped(asked)) {
            return refused(exchange, asked, "", "the caller is stopped or cannot log in");
        }
        Login.Attempt attempt;
        try {
            attempt = login.begin(random);
        } catch (OAuthFault fault) {
            return refused(exchange, asked, "", "login: " + fault.getMessage());
        }
        String browser = gate.cookie().of(exchange).orElseGet(gate.cookie()::make);
        Flow.LoggingIn next = new Flow.LoggingIn(asked, browser, attempt);
        parts.records().append(exchange, Step.STARTED, asked, "", asked.scopes(), "");
        gate.cookie().set(exchange, browser);
        ConsentPages.redirect(exchange, login.authorize(attempt, parts.flows().put(next), redirect));
        return true;
    }

    private boolean isStopped(Flow.Asked asked) {
        return parts.kills().stopped(asked.caller()) != null;
    }

    /** A state is used up whatever comes with it, so that no second answer is taken for the same question. */
    private boolean back(Exchange exchange) throws OAuthFault {
        Optional<Query> query = Query.of(exchange);
        Optional<String> state = query.flatMap(each -> each.only("state"));
        if (query.isEmpty() || state.isEmpty()) {
            return false;
        }
        Optional<Flow.LoggingIn> login = parts.flows().take(state.get(), Flow.LoggingIn.class);
        if (login.isPresent()) {
            return loggedIn(exchange, login.get(), query.get());
        }
        Optional<Flow.Granting> grant = parts.flows().take(state.get(), Flow.Granting.class);
        return grant.isPresent()
                ? granted(exchange, grant.get(), query.get())
                : own.back(exchange, state.get(), query.get());
    }

    private String problem(
            Exchange exchange, Flow.Asked asked, String browser, AuthorizationServer server, Query query) {
        String problem = gate.problem(exchange, browser, server, query);
        return problem.isEmpty() && isStopped(asked) ? "the caller is stopped" : problem;
    }

    private boolean loggedIn(Exchange exchange, Flow.LoggingIn flow, Query query) {
        Flow.Asked asked = flow.asked();
        String server = flow.attempt().server().issuer();
        String problem = problem(exchange, asked, flow.browser(), flow.attempt().server(), query);
        Login login = parts.logins().get(asked.owner().issuer());
        UpstreamGrants upstream = parts.upstreams().get(asked.owner().upstream());
        if (!problem.isEmpty() || login == null || upstream == null) {
            return refused(exchange, asked, server, "login: " + problem);
        }
        LoggedIn who = login.loggedIn(flow.attempt(), query.only("code").orElse(""), redirect);
        if (!who.problem().isEmpty()) {
            return refused(exchange, asked, server, "login: " + who.problem());
        }
        // the heart of it: whoever holds the link may be somebody that the agent's user sent it to, or the reverse
        if (!who.subject().equals(asked.owner().subject())) {
            return refused(exchange, asked, server, "login: another user than the agent's");
        }
        GrantRequest request;
        try {
            request = upstream.request(asked.scopes());
        } catch (OAuthFault fault) {
            return refused(exchange, asked, "", "upstream: " + fault.getMessage());
        }
        String token = parts.flows().put(new Flow.Reading(asked, flow.browser(), request));
        String agent = asked.caller().subject().clientId();
        ConsentPages.ask(exchange, asked.owner().upstream(), request, agent == null ? "" : agent, token);
        return true;
    }

    private boolean answer(Exchange exchange) {
        Optional<Query> form = gate.form(exchange);
        Optional<Flow.Reading> flow = form.flatMap(query -> query.only("approval"))
                .flatMap(token -> parts.flows().take(token, Flow.Reading.class));
        if (flow.isEmpty() || form.isEmpty()) {
            return false;
        }
        Flow.Asked asked = flow.get().asked();
        GrantRequest request = flow.get().request();
        UpstreamGrants upstream = parts.upstreams().get(asked.owner().upstream());
        if (!gate.cookie().is(exchange, flow.get().browser()) || isStopped(asked) || upstream == null) {
            return refused(exchange, asked, request.server().issuer(), "another browser answered, or too late");
        }
        if (!form.get().only("answer").equals(Optional.of("yes"))) {
            parts.records()
                    .append(
                            exchange,
                            Step.REFUSED,
                            asked,
                            request.server().issuer(),
                            request.scopes(),
                            "the user said no");
            ConsentPages.denied(exchange);
            return true;
        }
        Flow.Granting next = new Flow.Granting(asked, flow.get().browser(), request, Pkce.make(random));
        ConsentPages.goOn(exchange, upstream.authorize(next, parts.flows().put(next), redirect));
        return true;
    }

    private boolean granted(Exchange exchange, Flow.Granting flow, Query query) {
        Flow.Asked asked = flow.asked();
        AuthorizationServer server = flow.request().server();
        String problem = problem(exchange, asked, flow.browser(), server, query);
        UpstreamGrants upstream = parts.upstreams().get(asked.owner().upstream());
        if (!problem.isEmpty() || upstream == null) {
            return refused(exchange, asked, server.issuer(), "upstream: " + problem);
        }
        return switch (upstream.redeem(flow, query.only("code").orElse(""), redirect)) {
            case TokenAnswer.Granted granted -> keep(exchange, flow, upstream, granted);
            case TokenAnswer.Refused(String error) ->
                refused(exchange, asked, server.issuer(), "upstream: the server refused the code: " + error);
            case TokenAnswer.Unavailable(String why) -> refused(exchange, asked, server.issuer(), "upstream: " + why);
        };
    }

    private boolean keep(Exchange exchange, Flow.Granting flow, UpstreamGrants upstream, TokenAnswer.Granted granted) {
        Flow.Asked asked = flow.asked();
        String server = flow.request().server().issuer();
        UserToken token = upstream.token(flow, granted, clock.instant());
        if (isStopped(asked)) {
            return refused(exchange, asked, server, "the caller is stopped");
        }
        // recorded before it is kept: nothing is used that is in no log
        parts.records().append(exchange, Step.GRANTED, asked, server, token.scopes(), "");
        if (!parts.tokens().put(token)) {
            return refused(exchange, asked, server, "too many tokens are kept");
        }
        if (isStopped(asked)) {
            // stopped meanwhile: who sees to that may have looked before it was there
            parts.tokens().remove(token);
            return refused(exchange, asked, server, "the caller is stopped");
        }
        ConsentPages.granted(exchange, asked.owner());
        return true;
    }

    private boolean refused(Exchange exchange, Flow.Asked asked, String server, String reason) {
        LOG.info("a consent for {} was refused: {}", asked.owner().upstream(), reason);
        parts.records().append(exchange, Step.REFUSED, asked, server, asked.scopes(), reason);
        return false;
    }

    private void client(Exchange exchange) {
        ConsentPages.document(exchange, parts.client().json());
    }
}
