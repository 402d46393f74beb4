package dev.mcpgateway.gateway.consent;

import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.oauth.AuthorizationServer;
import dev.mcpgateway.connectors.oauth.ClientRegistration;
import dev.mcpgateway.connectors.oauth.CodeGrant;
import dev.mcpgateway.connectors.oauth.Discovery;
import dev.mcpgateway.connectors.oauth.OAuthFault;
import dev.mcpgateway.connectors.oauth.OAuthWeb;
import dev.mcpgateway.connectors.oauth.ProtectedResource;
import dev.mcpgateway.connectors.oauth.TokenAnswer;
import dev.mcpgateway.connectors.oauth.UserToken;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How users grant the use of one upstream: at which authorization server, as which client, for which resource. The client
 * is the one that the operator registered, else the gateway's own document where the server takes such, else one that
 * registers itself where the operator allows it.
 */
public final class UpstreamGrants {
    private static final String OFFLINE = "offline_access";

    private final Settings settings;
    private final OAuthWeb web;
    private final Discovery discovery;
    private final CodeGrant grants;
    private final RegisteredClients registered;
    private final ClientRegistration own;

    /**
     * One upstream.
     *
     * @param alias its alias
     * @param url its URL
     * @param server issuer that the operator wrote; empty to ask the upstream
     * @param client the client that the operator registered
     * @param clientIssuer issuer of the server that knows it; empty where any may be told of it
     * @param scopes what users are asked for; empty to ask for what the upstream says
     * @param resource what tokens are asked for; {@code null} for what the upstream says, or its URL
     * @param register whether the gateway may register itself
     */
    public record Settings(
            String alias,
            URI url,
            Optional<String> server,
            Optional<ClientAuthentication> client,
            Optional<String> clientIssuer,
            Set<String> scopes,
            @Nullable String resource,
            boolean register) {
        /** Copies the set. */
        public Settings {
            scopes = Set.copyOf(scopes);
        }
    }

    /** Grants for this upstream, asked over {@code web}. */
    public UpstreamGrants(Settings settings, OAuthWeb web, RegisteredClients registered, ClientRegistration own) {
        this.settings = settings;
        this.web = web;
        this.discovery = new Discovery(web);
        this.grants = new CodeGrant(web);
        this.registered = registered;
        this.own = own;
    }

    /**
     * What to ask for, and whom.
     *
     * @throws OAuthFault if nobody can be asked safely
     */
    GrantRequest request(Set<String> more) throws OAuthFault {
        Optional<String> written = settings.server();
        String resource = settings.resource();
        List<String> said = List.of();
        String issuer;
        if (written.isPresent()) {
            issuer = written.get();
            resource = resource == null ? settings.url().toString() : resource;
        } else {
            ProtectedResource found = discovery.resource(settings.url());
            // several are alternatives (RFC 9728 section 2); the first is as good as any
            issuer = found.authorizationServers().getFirst();
            resource = resource == null ? found.resource() : resource;
            said = found.scopes();
        }
        AuthorizationServer server = discovery.server(issuer);
        SortedSet<String> scopes = new TreeSet<>(settings.scopes());
        scopes.addAll(more);
        if (scopes.isEmpty()) {
            scopes.addAll(said);
        }
        if (settings.scopes().isEmpty() && !scopes.isEmpty() && server.scopes().contains(OFFLINE)) {
            // what a server wants to be asked for before it gives refresh tokens; alone it would narrow what is granted
            scopes.add(OFFLINE);
        }
        return new GrantRequest(server, client(server), resource, scopes);
    }

    private ClientAuthentication client(AuthorizationServer server) throws OAuthFault {
        if (settings.client().isPresent()) {
            if (!knows(server.issuer())) {
                throw new OAuthFault(
                        "the upstream names another authorization server than the one that knows the client");
            }
            return server.taken(settings.client().get());
        }
        if (server.takesClientDocuments() && "https".equals(own.document().getScheme())) {
            return new ClientAuthentication.PublicClient(own.document().toString());
        }
        if (settings.register() && server.registration().isPresent()) {
            return registered.client(server, own, web);
        }
        throw new OAuthFault(
                "the gateway is no client of the authorization server: register it there and write client");
    }

    /** The client to renew a token with, if the gateway still is that client. */
    public Optional<ClientAuthentication> client(UserToken token) {
        if (settings.client().isPresent()) {
            return settings.client()
                    .filter(each -> each.clientId().equals(token.clientId()) && knows(token.server()))
                    .map(each -> taken(each, token.server()));
        }
        return Optional.of(registered
                .known(token.server(), token.clientId())
                .orElseGet(() -> new ClientAuthentication.PublicClient(token.clientId())));
    }

    /** A secret is of one server; another one that got it could use it there. */
    private boolean knows(String issuer) {
        return settings.clientIssuer().map(issuer::equals).orElse(true);
    }

    private ClientAuthentication taken(ClientAuthentication client, String issuer) {
        try {
            return discovery.server(issuer).taken(client);
        } catch (OAuthFault notAsked) {
            // the usual way; a server that wants another refuses it, and the token goes on to its end
            return client;
        }
    }

    URI authorize(Flow.Granting flow, String state, URI redirect) {
        GrantRequest request = flow.request();
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", request.client().clientId());
        parameters.put("redirect_uri", redirect.toString());
        if (!request.scopes().isEmpty()) {
            parameters.put("scope", String.join(" ", request.scopes()));
        }
        if (request.scopes().contains(OFFLINE)) {
            // OpenID Connect Core section 11: otherwise the scope is ignored
            parameters.put("prompt", "consent");
        }
        parameters.put("state", state);
        parameters.put("code_challenge", flow.pkce().challenge());
        parameters.put("code_challenge_method", "S256");
        parameters.put("resource", request.resource());
        return request.server().authorize(parameters);
    }

    TokenAnswer redeem(Flow.Granting flow, String code, URI redirect) {
        GrantRequest request = flow.request();
        return grants.redeem(
                request.server().token(),
                request.client(),
                code,
                redirect,
                flow.pkce().verifier(),
                request.resource());
    }

    /** What is kept of a grant. */
    UserToken token(Flow.Granting flow, TokenAnswer.Granted granted, Instant now) {
        GrantRequest request = flow.request();
        return new UserToken(
                flow.asked().owner(),
                settings.url().toString(),
                request.resource(),
                request.server().issuer(),
                request.server().token(),
                request.client().clientId(),
                granted.access(),
                granted.refresh(),
                now,
                granted.expiresAt(),
                granted.scopes().isEmpty() ? request.scopes() : new TreeSet<>(granted.scopes()),
                now);
    }
}
