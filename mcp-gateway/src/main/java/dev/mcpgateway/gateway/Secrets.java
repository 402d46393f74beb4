package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.credential.AwsKeys;
import dev.mcpgateway.connectors.credential.AwsSecrets;
import dev.mcpgateway.connectors.credential.SecretFile;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretVariable;
import dev.mcpgateway.connectors.credential.Vault;
import dev.mcpgateway.connectors.credential.VaultLogin;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretsManagerRef;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretsManagerServer;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultRef;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes secrets from their references; equal references in a store share what was read. */
final class Secrets {
    private static final int CONNECTIONS = 8;

    private final DeadlineSweeper sweeper;
    private final @Nullable Vault vault;
    private final @Nullable AwsSecrets manager;
    private final Map<Record, SecretSource> inStores = new ConcurrentHashMap<>();

    /** Transports that are opened are added to the list, to be closed with the gateway. */
    Secrets(GatewayConfig config, DeadlineSweeper sweeper, List<AutoCloseable> transports) {
        this.sweeper = sweeper;
        this.vault = config.vault().map(each -> vault(each, transports)).orElse(null);
        this.manager =
                config.secretsManager().map(each -> manager(each, transports)).orElse(null);
    }

    private Vault vault(VaultServer server, List<AutoCloseable> transports) {
        return new Vault(
                transport(server.url(), server.allowNetworks(), transports),
                new Vault.Settings(server.namespace(), login(server), server.fresh(), server.kept()),
                sweeper.time());
    }

    private AwsSecrets manager(SecretsManagerServer server, List<AutoCloseable> transports) {
        return new AwsSecrets(
                transport(server.url(), server.allowNetworks(), transports),
                new AwsSecrets.Settings(
                        HttpOrigin.of(server.url()), of(server.region(), server.keys()), server.fresh(), server.kept()),
                sweeper.time());
    }

    private HttpTransport transport(URI url, List<String> allowNetworks, List<AutoCloseable> transports) {
        HttpTransport transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.STANDARD)
                        .withConnections(CONNECTIONS),
                OutboundGuard.forTarget(url, UpstreamFactory.networks(allowNetworks)),
                sweeper);
        transports.add(transport);
        return transport;
    }

    /** Keys of AWS that are good in a region. */
    AwsKeys of(String region, GatewayConfig.AwsKeys keys) {
        return new AwsKeys(
                region,
                of(keys.accessKeyId()),
                of(keys.secretAccessKey()),
                Optional.ofNullable(keys.sessionToken()).map(this::of));
    }

    private VaultLogin login(VaultServer server) {
        SecretRef token = server.token();
        SecretRef secretId = server.secretId();
        if (token != null) {
            return new VaultLogin.Token(of(token));
        }
        if (secretId == null) {
            throw new IllegalArgumentException("a vault is opened by a token or an AppRole");
        }
        return new VaultLogin.AppRole(server.mount(), server.roleId(), of(secretId));
    }

    SecretSource of(SecretRef reference) {
        Path file = reference.file();
        String variable = reference.variable();
        VaultRef kept = reference.vault();
        SecretsManagerRef managed = reference.secretsManager();
        Vault server = vault;
        AwsSecrets aws = manager;
        if (file != null) {
            return new SecretFile(file, sweeper.time());
        }
        if (variable != null) {
            return new SecretVariable(variable, Secrets::environment);
        }
        if (kept != null && server != null) {
            return inStores.computeIfAbsent(kept, _ -> server.secret(kept.path(), kept.key()));
        }
        if (managed == null || aws == null) {
            throw new IllegalArgumentException("a secret has a file, a variable or a place in a store");
        }
        return inStores.computeIfAbsent(managed, _ -> aws.secret(managed.id(), managed.key(), managed.stage()));
    }

    private static @Nullable String environment(String name) {
        return System.getenv(name);
    }
}
