package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.credential.CallToken;
import dev.mcpgateway.connectors.credential.CallTokenKeys;
import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.ClientCredentials;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SigningAlgorithm;
import dev.mcpgateway.connectors.credential.SigningLibrary;
import dev.mcpgateway.connectors.credential.TokenEndpoint;
import dev.mcpgateway.connectors.credential.TokenExchange;
import dev.mcpgateway.connectors.credential.TokenSigner;
import dev.mcpgateway.connectors.credential.TokenTarget;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.Surroundings;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.TokenServer;
import dev.mcpgateway.gateway.http.Routes.Access;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.OwnKeys;
import dev.mcpgateway.gateway.kill.KillSwitch;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the credentials of upstreams from their configuration, and keeps the keys and connections that they need. */
public final class UpstreamCredentials implements AutoCloseable {
    /** Connections to one token endpoint: few, since tokens are kept. */
    private static final int CONNECTIONS = 16;

    private final GatewayConfig config;
    private final URI publicUrl;
    private final Surroundings surroundings;
    private final RandomGenerator random;
    private final Optional<ConsentWiring> consents;
    private final @Nullable CallTokenKeys keys;
    private final Map<SigningLibrary, TokenSigner> signers = new EnumMap<>(SigningLibrary.class);
    private final List<HttpTransport> transports = new ArrayList<>();
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();

    /** Exchanges tokens of the issuer with this alias. */
    private record Exchange(String issuer, TokenExchange exchange) {}

    /**
     * Reads or makes the signing keys, if any upstream gets call tokens.
     *
     * @param random cryptographically strong
     * @param consents there where any upstream gets users' tokens
     * @throws IOException if the keys cannot be read or written, or what is to sign cannot
     */
    UpstreamCredentials(
            GatewayConfig config,
            URI publicUrl,
            Surroundings surroundings,
            RandomGenerator random,
            Optional<ConsentWiring> consents)
            throws IOException {
        this.consents = consents;
        this.config = config;
        this.publicUrl = publicUrl;
        this.surroundings = surroundings;
        this.random = random;
        List<Credential.CallToken> callTokens = config.upstreams().values().stream()
                .map(GatewayConfig.Upstream::credential)
                .filter(Credential.CallToken.class::isInstance)
                .map(Credential.CallToken.class::cast)
                .toList();
        for (Credential.CallToken each : callTokens) {
            signers.put(each.signer(), TokenSigner.open(each.signer()));
        }
        Set<SigningAlgorithm> algorithms =
                callTokens.stream().map(Credential.CallToken::algorithm).collect(Collectors.toSet());
        this.keys = algorithms.isEmpty()
                ? null
                : CallTokenKeys.open(signingKeys(config), algorithms, surroundings.time(), random);
    }

    /** The file of the signing keys. */
    public static Path signingKeys(GatewayConfig config) {
        return config.stateDir().resolve("call-token-keys.pem");
    }

    /** The public keys' route; none where nothing is signed. */
    Optional<Route> keySet() {
        return Optional.ofNullable(keys)
                .map(known ->
                        new Route(OwnKeys.PATH, Set.of("GET"), Access.PUBLIC, false, new OwnKeys(known::jwks)::answer));
    }

    UpstreamCredential make(GatewayConfig.Upstream upstream, Function<SecretRef, SecretSource> secrets) {
        return upstream.credential() instanceof Credential.UserOAuth user
                ? userOAuth(upstream, user, secrets)
                : make(upstream.credential(), secrets);
    }

    private UpstreamCredential userOAuth(
            GatewayConfig.Upstream upstream, Credential.UserOAuth user, Function<SecretRef, SecretSource> secrets) {
        UpstreamCredential lists = make(user.lists(), secrets);
        return consents.orElseThrow(() -> new IllegalArgumentException("users' tokens need consents"))
                .credential(upstream, user, secrets, random, lists);
    }

    private UpstreamCredential make(Credential credential, Function<SecretRef, SecretSource> secrets) {
        return switch (credential) {
            case Credential.None _ -> new UpstreamCredential.None();
            case Credential.StaticHeader(String header, String prefix, SecretRef secret) ->
                new UpstreamCredential.StaticHeader(header, prefix, secrets.apply(secret));
            case Credential.Aws _ -> throw new IllegalArgumentException("keys of AWS are for providers of models");
            case Credential.WorkloadToken _, Credential.AwsRole _ ->
                throw new IllegalArgumentException("credentials of workloads are for providers of models");
            case Credential.KeyPair _ -> throw new IllegalArgumentException("two keys are for providers of models");
            case Credential.CallToken token -> callToken(token);
            case Credential.ClientCredentials(TokenServer server, String resource, String audience, String scope) ->
                new ClientCredentials(endpoint(server, secrets), new TokenTarget(resource, audience, scope));
            case Credential.TokenExchange exchange -> exchange(exchange, secrets);
            case Credential.UserOAuth user -> make(user.lists(), secrets);
        };
    }

    /** Gives up at once what was issued for callers who are stopped. */
    void dropStopped(KillSwitch kills) {
        exchanges.forEach(each -> each.exchange()
                .forget(whose -> kills.isStopped(each.issuer(), whose.subject(), whose.client(), whose.tokenId())));
    }

    private CallToken callToken(Credential.CallToken token) {
        CallTokenKeys known = keys;
        TokenSigner signer = signers.get(token.signer());
        if (known == null || signer == null) {
            throw new IllegalArgumentException("call tokens need keys");
        }
        return new CallToken(
                new CallToken.Settings(
                        publicUrl.toString(), token.audience(), token.algorithm(), token.life(), token.subject()),
                known,
                signer,
                surroundings.time().clock(),
                random);
    }

    private TokenExchange exchange(Credential.TokenExchange exchange, Function<SecretRef, SecretSource> secrets) {
        TokenEndpoint endpoint = endpoint(exchange.server(), secrets);
        TokenTarget target = new TokenTarget(exchange.resource(), exchange.audience(), exchange.scope());
        GatewayConfig.Issuer issuer = config.issuers().get(exchange.issuer());
        if (issuer == null) {
            throw new IllegalArgumentException("no issuer " + exchange.issuer());
        }
        TokenExchange exchanging = new TokenExchange(
                new TokenExchange.Settings(
                        issuer.profile().issuer(),
                        target,
                        exchange.impersonation()
                                ? Optional.empty()
                                : Optional.of(new ClientCredentials(endpoint, TokenTarget.NONE)),
                        exchange.lists() ? Optional.of(new ClientCredentials(endpoint, target)) : Optional.empty()),
                endpoint);
        exchanges.add(new Exchange(exchange.issuer(), exchanging));
        return exchanging;
    }

    private TokenEndpoint endpoint(TokenServer server, Function<SecretRef, SecretSource> secrets) {
        TimeSource time = surroundings.time();
        HttpTransport transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(server.url()), HttpSettings.Client.STANDARD)
                        .withConnections(CONNECTIONS),
                OutboundGuard.forTarget(server.url(), UpstreamFactory.networks(server.allowNetworks())),
                surroundings.sweeper());
        transports.add(transport);
        return new TokenEndpoint(server.url(), transport, client(server, secrets), time);
    }

    private ClientAuthentication client(TokenServer server, Function<SecretRef, SecretSource> secrets) {
        SecretRef key = server.privateKey();
        SecretRef secret = server.secret();
        if (key != null) {
            return new ClientAuthentication.PrivateKeyJwt(
                    server.clientId(), secrets.apply(key), server.keyId(), server.assertionAudience(), random);
        }
        if (secret == null) {
            throw new IllegalArgumentException("a client has a key or a secret");
        }
        return new ClientAuthentication.ClientSecret(server.clientId(), secrets.apply(secret));
    }

    @Override
    public void close() {
        transports.forEach(HttpTransport::close);
    }
}
