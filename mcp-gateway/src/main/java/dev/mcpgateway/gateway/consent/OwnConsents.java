package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.connectors.oauth.UserToken;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.IdTokens.LoggedIn;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page on which users see what they have agreed to and take it back, for themselves alone: it opens after a login at
 * their issuer, and each press of a button needs a secret of the page before, in the browser that logged in.
 */
final class OwnConsents {
    /** Where users begin, and where the page's form goes. */
    static final String REVOKE = "/oauth/revoke";

    private static final Logger LOG = LoggerFactory.getLogger(OwnConsents.class);

    private final Map<String, Login> logins;
    private final SealedTokens tokens;
    private final ConsentRecords records;
    private final BrowserGate gate;
    private final Visits visits;
    private final URI redirect;
    private final RandomGenerator random;

    /**
     * The page.
     *
     * @param logins by identifier of the issuer
     * @param redirect where issuers send browsers back to
     */
    OwnConsents(
            Map<String, Login> logins,
            SealedTokens tokens,
            ConsentRecords records,
            BrowserGate gate,
            Visits visits,
            URI redirect,
            RandomGenerator secureRandom) {
        this.logins = logins;
        this.tokens = tokens;
        this.records = records;
        this.gate = gate;
        this.visits = visits;
        this.redirect = redirect;
        this.random = secureRandom;
    }

    Route route() {
        return new Route(
                REVOKE,
                Set.of("GET", "POST"),
                Access.PUBLIC,
                false,
                exchange -> gate.step(exchange, exchange.method().equals("POST") ? this::revoke : this::begin));
    }

    private boolean begin(Exchange exchange) throws OAuthFault {
        boolean isOpen = exchange.request().getHttpURI().getQuery() == null;
        if (isOpen && logins.size() > 1) {
            ConsentPages.chooseIssuer(exchange, logins.keySet());
            return true;
        }
        Optional<String> said = Query.of(exchange).flatMap(query -> query.only("iss"));
        String issuer = isOpen ? logins.keySet().stream().findFirst().orElse("") : said.orElse("");
        Login login = logins.get(issuer);
        if (login == null) {
            return false;
        }
        Login.Attempt attempt = login.begin(random);
        String browser = gate.cookie().of(exchange).orElseGet(gate.cookie()::make);
        String state = visits.put(new Visits.LoggingIn(issuer, browser, attempt, visits.end()));
        gate.cookie().set(exchange, browser);
        ConsentPages.redirect(exchange, login.authorize(attempt, state, redirect));
        return true;
    }

    /** Whether this answer of an issuer was for a visit, and shows the list. */
    boolean back(Exchange exchange, String state, Query query) {
        Optional<Visits.LoggingIn> visit = visits.take(state, Visits.LoggingIn.class);
        if (visit.isEmpty()) {
            return false;
        }
        Visits.LoggingIn flow = visit.get();
        Login login = logins.get(flow.issuer());
        String problem = gate.problem(exchange, flow.browser(), flow.attempt().server(), query);
        if (login == null || !problem.isEmpty()) {
            LOG.info("a login to see consents was refused: {}", problem);
            return false;
        }
        LoggedIn who = login.loggedIn(flow.attempt(), query.only("code").orElse(""), redirect);
        if (!who.problem().isEmpty()) {
            LOG.info("a login to see consents was refused: {}", who.problem());
            return false;
        }
        show(exchange, new Visits.Reading(flow.issuer(), who.subject(), flow.browser(), flow.until()), "");
        return true;
    }

    private boolean revoke(Exchange exchange) {
        Optional<Query> form = gate.form(exchange);
        Optional<Visits.Reading> visit =
                form.flatMap(query -> query.only("visit")).flatMap(token -> visits.take(token, Visits.Reading.class));
        Optional<String> upstream = form.flatMap(query -> query.only("upstream"));
        if (visit.isEmpty()
                || upstream.isEmpty()
                || !gate.cookie().is(exchange, visit.get().browser())) {
            return false;
        }
        Owner owner = new Owner(visit.get().issuer(), visit.get().subject(), upstream.get());
        SealedTokens.Removed removed = tokens.removeIf(owner::equals);
        removed.tokens().forEach(token -> record(exchange, token));
        String says = removed.tokens().isEmpty() ? "" : "The gateway uses " + upstream.get() + " for you no more.";
        show(
                exchange,
                visit.get(),
                removed.deleted() ? says : says + " It could not be deleted: tell the operator of this gateway.");
        return true;
    }

    private void record(Exchange exchange, UserToken token) {
        try {
            records.takenBack(exchange, token);
        } catch (AuditUnavailable failure) {
            // to take something away does not wait for the log
            LOG.error("a token was dropped and is not in the audit log: {}", failure.getMessage());
        }
    }

    private void show(Exchange exchange, Visits.Reading visit, String says) {
        List<UserToken> own = tokens.all().stream()
                .filter(each -> each.owner().issuer().equals(visit.issuer())
                        && each.owner().subject().equals(visit.subject()))
                .toList();
        ConsentPages.own(exchange, own, says, own.isEmpty() ? "" : visits.put(visit));
    }
}
