package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.oauth.Pkce;
import dev.mcpgateway.connectors.oauth.UserToken.Owner;
import dev.mcpgateway.gateway.identity.Caller;
import java.time.Instant;
import java.util.Set;

/** How far one user's consent has come. Each step is reached by a token of its own, and left once. */
sealed interface Flow {
    /** What is asked of whom. */
    Asked asked();

    /**
     * What an agent's call brought up.
     *
     * @param caller who called
     * @param owner whose token it will be, and for which upstream
     * @param scopes what is to be granted beyond what the configuration says
     * @param until when it is too late
     */
    record Asked(Caller caller, Owner owner, Set<String> scopes, Instant until) {
        /** Copies the set. */
        public Asked {
            scopes = Set.copyOf(scopes);
        }
    }

    /** The agent has a URL; nobody has opened it. */
    record Offered(Asked asked) implements Flow {}

    /**
     * A browser was sent to log in.
     *
     * @param browser the cookie of that browser
     */
    record LoggingIn(Asked asked, String browser, Login.Attempt attempt) implements Flow {}

    /** The right user is logged in and reads what is to be granted. */
    record Reading(Asked asked, String browser, GrantRequest request) implements Flow {}

    /** The browser was sent to the upstream's authorization server. */
    record Granting(Asked asked, String browser, GrantRequest request, Pkce pkce) implements Flow {}
}
