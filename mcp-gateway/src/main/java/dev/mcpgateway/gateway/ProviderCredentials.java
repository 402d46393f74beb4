package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.credential.AwsRole;
import dev.mcpgateway.connectors.credential.AwsSigner;
import dev.mcpgateway.connectors.credential.ClientAuthentication;
import dev.mcpgateway.connectors.credential.KeyPair;
import dev.mcpgateway.connectors.credential.TokenEndpoint;
import dev.mcpgateway.connectors.credential.TokenTarget;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.credential.WorkloadAssertion;
import dev.mcpgateway.connectors.credential.WorkloadTokens;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.Models;
import java.net.URI;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes what providers of models know the gateway by: a pair of keys, also where there is one or they are issued. */
final class ProviderCredentials {
    /** Connections to one server that issues credentials: few, since they are kept. */
    private static final int CONNECTIONS = 16;

    private static final String BEDROCK = "bedrock";

    private final Secrets secrets;
    private final DeadlineSweeper sweeper;
    private final RandomGenerator random;
    private final List<AutoCloseable> transports;

    /**
     * Transports that are opened are added to the list, to be closed with the gateway.
     *
     * @param random cryptographically strong
     */
    ProviderCredentials(
            Secrets secrets, DeadlineSweeper sweeper, RandomGenerator random, List<AutoCloseable> transports) {
        this.secrets = secrets;
        this.sweeper = sweeper;
        this.random = random;
        this.transports = transports;
    }

    /** That of a provider; none is asked for yet. */
    UpstreamCredential of(Models.Provider provider) {
        return switch (provider.credential()) {
            case Credential.StaticHeader one -> pair("secret", header(one, one.secret()), null);
            case Credential.KeyPair(Credential.StaticHeader first, var next) ->
                pair("secret", header(first, first.secret()), header(first, next));
            case Credential.Aws(String region, var first, var next) ->
                pair("access_key", signer(region, first), next == null ? null : signer(region, next));
            case Credential.WorkloadToken token -> pair("workload_token", tokens(token), null);
            case Credential.AwsRole role -> pair("role", role(role), null);
            default -> new UpstreamCredential.None();
        };
    }

    private KeyPair pair(String name, UpstreamCredential first, @Nullable UpstreamCredential next) {
        return new KeyPair(name, first, next, sweeper.time());
    }

    private UpstreamCredential header(Credential.StaticHeader how, SecretRef secret) {
        return new UpstreamCredential.StaticHeader(how.header(), how.prefix(), secrets.of(secret));
    }

    private UpstreamCredential signer(String region, GatewayConfig.AwsKeys keys) {
        return new AwsSigner(secrets.of(region, keys), BEDROCK, sweeper.time().clock());
    }

    private UpstreamCredential tokens(Credential.WorkloadToken token) {
        ClientAuthentication client = token.clientId().isEmpty()
                ? new ClientAuthentication.Unnamed()
                : new ClientAuthentication.PublicClient(token.clientId());
        return new WorkloadTokens(
                new TokenEndpoint(
                        token.tokenUrl(), transport(token.tokenUrl(), token.allowNetworks()), client, sweeper.time()),
                new WorkloadTokens.Settings(
                        token.grant(), token.per(), new TokenTarget(token.resource(), token.audience(), token.scope())),
                assertion(token.assertion()));
    }

    private UpstreamCredential role(Credential.AwsRole role) {
        return new AwsSigner(
                new AwsRole(
                        new AwsRole.Settings(role.region(), role.arn(), role.sts(), role.per(), role.life()),
                        assertion(role.assertion()),
                        transport(role.sts(), role.allowNetworks()),
                        sweeper.time()),
                BEDROCK,
                sweeper.time().clock());
    }

    private WorkloadAssertion assertion(GatewayConfig.Assertion how) {
        SecretRef token = how.token();
        SecretRef key = how.privateKey();
        if (token != null) {
            return new WorkloadAssertion.Given(secrets.of(token));
        }
        if (key == null) {
            throw new IllegalArgumentException("an assertion is signed or given");
        }
        return new WorkloadAssertion.Signed(
                new WorkloadAssertion.Signed.Settings(how.issuer(), how.subject(), how.audience()),
                secrets.of(key),
                how.keyId(),
                sweeper.time(),
                random);
    }

    private HttpTransport transport(URI url, List<String> allowNetworks) {
        HttpTransport transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.STANDARD)
                        .withConnections(CONNECTIONS),
                OutboundGuard.forTarget(url, UpstreamFactory.networks(allowNetworks)),
                sweeper);
        transports.add(transport);
        return transport;
    }
}
