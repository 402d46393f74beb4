package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.Secret;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What a token endpoint answered to a code or a refresh token. */
public sealed interface TokenAnswer {
    /**
     * A token.
     *
     * @param access for the upstream
     * @param refresh for the next one; empty if there will be none, or the one before stays good
     * @param expiresAt when the access token ends
     * @param scopes what was granted; empty where the server did not say, which means what was asked for
     * @param idToken who logged in, not verified yet
     */
    record Granted(
            Secret access, Optional<Secret> refresh, Instant expiresAt, Set<String> scopes, Optional<Secret> idToken)
            implements TokenAnswer {
        /** Copies the set. */
        public Granted {
            scopes = Set.copyOf(scopes);
        }
    }

    /**
     * A refusal that will not change by itself.
     *
     * @param code the error's code, one of those that are registered; empty if it is another
     */
    record Refused(String code) implements TokenAnswer {}

    /**
     * No answer, or none that can be used.
     *
     * @param why for operators
     */
    record Unavailable(String why) implements TokenAnswer {}
}
