package dev.mcpgateway.gateway;

import dev.mcpgateway.audit.AuditLog;
import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretUnavailable;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.credential.UserOAuth;
import dev.mcpgateway.connectors.mcp.Surroundings;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.connectors.oauth.CodeGrant;
import dev.mcpgateway.connectors.oauth.OAuthWeb;
import dev.mcpgateway.connectors.oauth.UserTokens;
import dev.mcpgateway.gateway.admin.AdminTokens;
import dev.mcpgateway.gateway.admin.UserTokenEndpoints;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.OAuthClient;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.consent.Login;
import dev.mcpgateway.gateway.consent.UpstreamGrants;
import dev.mcpgateway.gateway.consent.UserConsent;
import dev.mcpgateway.gateway.http.Routes.Route;
import dev.mcpgateway.gateway.identity.IdTokens;
import dev.mcpgateway.gateway.mcp.Consents;
import dev.mcpgateway.gateway.telemetry.Telemetry;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Users' consents, where any upstream needs them: the logins of the issuers and the grants of the upstreams. */
final class ConsentWiring {
    private final UserConsent consent;
    private final Surroundings surroundings;

    private ConsentWiring(UserConsent consent, Surroundings surroundings) {
        this.consent = consent;
        this.surroundings = surroundings;
    }

    /**
     * Reads the kept tokens; empty where no upstream gets any.
     *
     * @throws IOException if they or their key cannot be read
     */
    static Optional<ConsentWiring> of(
            GatewayConfig config,
            Wiring wiring,
            URI publicUrl,
            Surroundings surroundings,
            AuditLog audit,
            Stops stops,
            Secrets secrets,
            List<AutoCloseable> transports)
            throws IOException {
        boolean needed = config.upstreams().values().stream()
                .anyMatch(upstream -> upstream.credential() instanceof Credential.UserOAuth);
        if (!needed) {
            return Optional.empty();
        }
        TimeSource time = surroundings.time();
        UserConsent consent = new UserConsent(
                config.stateDir(),
                key(config.stateKey(), secrets),
                publicUrl,
                audit,
                stops.kills(),
                wiring.clock(),
                wiring.nanoClock(),
                wiring.secureRandom());
        IssuerSources sources = new IssuerSources(config, surroundings.sweeper(), time, transports);
        config.issuers()
                .values()
                .forEach(issuer -> issuer.login().ifPresent(login -> {
                    String identifier = issuer.profile().issuer();
                    List<URI> written = new ArrayList<>(List.of(URI.create(identifier)));
                    Optional.ofNullable(issuer.jwksUrl()).ifPresent(written::add);
                    consent.issuer(
                            identifier,
                            new Login(
                                    identifier,
                                    client(login.client(), secrets::of, wiring.secureRandom()),
                                    new OAuthWeb(
                                            written,
                                            UpstreamFactory.networks(login.allowNetworks()),
                                            surroundings.sweeper()),
                                    new IdTokens(sources.source(issuer), wiring.clock(), wiring.nanoClock())));
                }));
        Map<String, String> issuers = Stops.issuers(config);
        stops.tell(() -> consent.dropStopped(stops.kills().all(), issuers));
        return Optional.of(new ConsentWiring(consent, surroundings));
    }

    private static Optional<String> key(@Nullable SecretRef reference, Secrets secrets) throws IOException {
        if (reference == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(secrets.of(reference).read().expose());
        } catch (SecretUnavailable unusable) {
            throw new IOException("state.key: " + unusable.getMessage(), unusable);
        }
    }

    private static ClientAuthentication client(
            OAuthClient client, Function<SecretRef, SecretSource> secrets, RandomGenerator random) {
        SecretRef key = client.privateKey();
        SecretRef secret = client.secret();
        if (key != null) {
            return new ClientAuthentication.PrivateKeyJwt(
                    client.id(), secrets.apply(key), client.keyId(), client.assertionAudience(), random);
        }
        return secret == null
                ? new ClientAuthentication.PublicClient(client.id())
                : new ClientAuthentication.ClientSecret(client.id(), secrets.apply(secret));
    }

    /** How operators see consents and end them. */
    List<Route> operatorsRoutes(AdminTokens tokens, LongSupplier nanoClock, Map<String, String> issuers) {
        return new UserTokenEndpoints(consent, tokens, nanoClock, issuers).routes();
    }

    void observe(Telemetry telemetry) {
        telemetry.gauge("gateway.user_tokens", "Users' tokens that are kept.", consent::size);
        telemetry.gauge("gateway.consents", "Consents under way.", consent::flows);
    }

    /** The consents. */
    UserConsent consent() {
        return consent;
    }

    /** How calls ask for one. */
    Consents question() {
        return consent::begin;
    }

    /** The mode of one upstream. */
    UpstreamCredential credential(
            GatewayConfig.Upstream upstream,
            Credential.UserOAuth config,
            Function<SecretRef, SecretSource> secrets,
            RandomGenerator random,
            UpstreamCredential lists) {
        URI url = upstream.url();
        if (url == null) {
            throw new IllegalArgumentException("upstream " + upstream.alias() + " has no url");
        }
        URI server = config.server();
        URI resource = config.resource();
        List<URI> written = new ArrayList<>(List.of(url));
        Optional.ofNullable(server).ifPresent(written::add);
        OAuthWeb web = new OAuthWeb(written, UpstreamFactory.networks(config.allowNetworks()), surroundings.sweeper());
        Optional<String> issuer = Optional.ofNullable(server).map(URI::toString);
        UpstreamGrants grants = consent.upstream(
                new UpstreamGrants.Settings(
                        upstream.alias(),
                        url,
                        issuer,
                        config.client().map(client -> client(client, secrets, random)),
                        Optional.ofNullable(config.clientIssuer()).map(URI::toString),
                        config.scopes(),
                        resource == null ? null : resource.toString(),
                        config.register()),
                web);
        UserTokens tokens = new UserTokens(
                new UserTokens.Settings(upstream.alias(), url.toString(), issuer, config.scopes()),
                consent.store(),
                new CodeGrant(web),
                grants::client,
                surroundings.time());
        return new UserOAuth(tokens, lists instanceof UpstreamCredential.None ? Optional.empty() : Optional.of(lists));
    }
}
