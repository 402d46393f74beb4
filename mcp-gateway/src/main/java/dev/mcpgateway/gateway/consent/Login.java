package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.Secret;
import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import dev.mcpgateway.connectors.oauth.CodeGrant;
import dev.mcpgateway.connectors.oauth.Discovery;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.connectors.oauth.OAuthWeb;
import dev.mcpgateway.connectors.oauth.Pkce;
import dev.mcpgateway.connectors.oauth.TokenAnswer;
import dev.mcpgateway.gateway.identity.IdTokens;
import dev.mcpgateway.gateway.identity.IdTokens.LoggedIn;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The login of users at one issuer: OpenID Connect with a code, PKCE and a nonce, for nothing but to know who it is. */
public final class Login {
    private final String issuer;
    private final ClientAuthentication client;
    private final Discovery discovery;
    private final CodeGrant grants;
    private final IdTokens idTokens;

    /**
     * Logins at this issuer.
     *
     * @param issuer its identifier
     * @param client as which client
     */
    public Login(String issuer, ClientAuthentication client, OAuthWeb web, IdTokens idTokens) {
        this.issuer = issuer;
        this.client = client;
        this.discovery = new Discovery(web);
        this.grants = new CodeGrant(web);
        this.idTokens = idTokens;
    }

    /** One login: at this server, with secrets that work for it alone. */
    record Attempt(AuthorizationServer server, Secret nonce, Pkce pkce) {}

    Attempt begin(RandomGenerator random) throws OAuthFault {
        return new Attempt(discovery.server(issuer), Secret.of(Pkce.unguessable(random)), Pkce.make(random));
    }

    URI authorize(Attempt attempt, String state, URI redirect) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", client.clientId());
        parameters.put("redirect_uri", redirect.toString());
        parameters.put("scope", "openid");
        parameters.put("state", state);
        parameters.put("nonce", attempt.nonce().expose());
        parameters.put("code_challenge", attempt.pkce().challenge());
        parameters.put("code_challenge_method", "S256");
        return attempt.server().authorize(parameters);
    }

    LoggedIn loggedIn(Attempt attempt, String code, URI redirect) {
        TokenAnswer answer = grants.redeem(
                attempt.server().token(),
                attempt.server().taken(client),
                code,
                redirect,
                attempt.pkce().verifier(),
                "");
        return switch (answer) {
            case TokenAnswer.Granted granted ->
                granted.idToken()
                        .map(token -> idTokens.verify(
                                token.expose(),
                                client.clientId(),
                                attempt.nonce().expose()))
                        .orElseGet(() -> new LoggedIn("", "the issuer gave no ID token"));
            case TokenAnswer.Refused(String error) -> new LoggedIn("", "the issuer refused the code: " + error);
            case TokenAnswer.Unavailable(String why) -> new LoggedIn("", why);
        };
    }
}
