package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.audit.AuditUnavailable;
import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.gateway.http.BoundedBody;
import dev.mcpgateway.gateway.http.Exchange;
import dev.mcpgateway.gateway.identity.FailureLimit;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every page for users asks of a browser, which has no token: that it does not come too often, is the one that
 * began, and fills in a form of the gateway's own page. Whatever is wrong, the answer is one and the same page.
 */
final class BrowserGate {
    private static final Logger LOG = LoggerFactory.getLogger(BrowserGate.class);
    private static final int FORM_BYTES_MAX = 1024;
    private static final Duration FORM_DEADLINE = Duration.ofSeconds(10);

    /** Steps of one address in a minute: a user needs four. */
    private static final int STEPS_PER_MINUTE = 60;

    private final URI publicUrl;
    private final BrowserCookie cookie;
    private final FailureLimit rate;
    private final BoundedBody forms;

    BrowserGate(URI publicUrl, LongSupplier nanoClock, RandomGenerator secureRandom) {
        this.publicUrl = publicUrl;
        this.cookie = new BrowserCookie("https".equals(publicUrl.getScheme()), secureRandom);
        this.rate = new FailureLimit(STEPS_PER_MINUTE, nanoClock);
        this.forms = new BoundedBody(FORM_BYTES_MAX, FORM_DEADLINE, nanoClock);
    }

    /** One step; {@code false} if it did not succeed. */
    @FunctionalInterface
    interface Step {
        boolean go(Exchange exchange) throws OAuthFault;
    }

    void step(Exchange exchange, Step step) {
        String address = exchange.remoteAddress();
        if (rate.secondsToWait(address) > 0) {
            exchange.response().getHeaders().put(HttpHeader.RETRY_AFTER, rate.secondsToWait(address));
            ConsentPages.failed(exchange, 429);
            return;
        }
        rate.failed(address);
        boolean done = false;
        try {
            done = step.go(exchange);
        } catch (OAuthFault | AuditUnavailable failure) {
            LOG.warn("a page for users did not go on: {}", failure.getMessage());
        }
        if (!done) {
            ConsentPages.failed(exchange, 400);
        }
    }

    BrowserCookie cookie() {
        return cookie;
    }

    /** The form of a page of the gateway's own; a page of another origin that operators allow for agents answers for nobody. */
    Optional<Query> form(Exchange exchange) {
        String origin = exchange.header(HttpHeader.ORIGIN);
        String site = exchange.headers().get("Sec-Fetch-Site");
        boolean foreign = (origin != null && !isOwn(origin)) || (site != null && !site.equals("same-origin"));
        return Query.ofForm(exchange, forms).filter(_ -> !foreign);
    }

    private boolean isOwn(String origin) {
        return origin.equalsIgnoreCase(publicUrl.getScheme() + "://" + publicUrl.getAuthority());
    }

    /** What is wrong with an answer of a server that a browser brought; empty for nothing. */
    String problem(Exchange exchange, String browser, AuthorizationServer server, Query query) {
        if (!cookie.is(exchange, browser)) {
            return "another browser came back";
        }
        if (query.isRepeated() || !server.mayHaveSaid(query.only("iss").orElse(null))) {
            return "the answer is not from the server that was asked";
        }
        if (query.has("error")) {
            return "the server answered with an error";
        }
        return query.only("code").isEmpty() ? "the server gave no code" : "";
    }
}
