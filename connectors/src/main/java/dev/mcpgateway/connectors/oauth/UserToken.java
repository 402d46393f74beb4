package dev.mcpgateway.connectors.oauth;

import dev.mcpgateway.connectors.credential.Secret;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one user allowed at one upstream.
 *
 * @param owner whose it is, and where it is used
 * @param target URL of the upstream: the token never goes anywhere else, even if the alias comes to mean another server
 * @param resource what the token is for at its server (RFC 8707)
 * @param server issuer of the token
 * @param tokenEndpoint where it is renewed
 * @param clientId the client to which it was issued
 * @param access for the upstream
 * @param refresh for the next one
 * @param issuedAt when the access token came
 * @param expiresAt when it ends
 * @param scopes what was granted
 * @param grantedAt when the user agreed
 */
public record UserToken(
        Owner owner,
        String target,
        String resource,
        String server,
        URI tokenEndpoint,
        String clientId,
        Secret access,
        Optional<Secret> refresh,
        Instant issuedAt,
        Instant expiresAt,
        SortedSet<String> scopes,
        Instant grantedAt) {

    /**
     * Whose token, and for which upstream.
     *
     * @param issuer identifier of the issuer that vouches for the user
     * @param subject that issuer's name of the user
     * @param upstream alias of the upstream
     */
    public record Owner(String issuer, String subject, String upstream) {}

    /** Copies the scopes. */
    public UserToken {
        scopes = new TreeSet<>(scopes);
    }

    /** The same, ended. */
    UserToken ended(Instant now) {
        return new UserToken(
                owner,
                target,
                resource,
                server,
                tokenEndpoint,
                clientId,
                access,
                refresh,
                issuedAt,
                now,
                scopes,
                grantedAt);
    }

    /** The same after a renewal; servers that do not rotate send no new refresh token. */
    UserToken renewed(TokenAnswer.Granted granted, Instant now) {
        return new UserToken(
                owner,
                target,
                resource,
                server,
                tokenEndpoint,
                clientId,
                granted.access(),
                granted.refresh().or(this::refresh),
                now,
                granted.expiresAt(),
                granted.scopes().isEmpty() ? scopes : new TreeSet<>(granted.scopes()),
                grantedAt);
    }
}
