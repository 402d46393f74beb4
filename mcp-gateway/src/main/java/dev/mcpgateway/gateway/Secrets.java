package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.credential.SecretFile;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.SecretVariable;
import dev.mcpgateway.connectors.credential.Vault;
import dev.mcpgateway.connectors.credential.VaultLogin;
import dev.mcpgateway.connectors.credential.VaultSecret;
import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultRef;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes secrets from their references; equal references in the vault share what was read. */
final class Secrets {
    private static final int CONNECTIONS = 8;

    private final DeadlineSweeper sweeper;
    private final @Nullable Vault vault;
    private final Map<VaultRef, VaultSecret> inVault = new ConcurrentHashMap<>();

    /** Transports that are opened are added to the list, to be closed with the gateway. */
    Secrets(Optional<VaultServer> server, DeadlineSweeper sweeper, List<AutoCloseable> transports) {
        this.sweeper = sweeper;
        this.vault = server.map(each -> vault(each, transports)).orElse(null);
    }

    private Vault vault(VaultServer server, List<AutoCloseable> transports) {
        HttpTransport transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(server.url()), HttpSettings.Client.STANDARD)
                        .withConnections(CONNECTIONS),
                OutboundGuard.forTarget(server.url(), UpstreamFactory.networks(server.allowNetworks())),
                sweeper);
        transports.add(transport);
        return new Vault(
                transport,
                new Vault.Settings(server.namespace(), login(server), server.fresh(), server.kept()),
                sweeper.time());
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
        Vault server = vault;
        if (file != null) {
            return new SecretFile(file, sweeper.time());
        }
        if (variable != null) {
            return new SecretVariable(variable, Secrets::environment);
        }
        if (kept == null || server == null) {
            throw new IllegalArgumentException("a secret has a file, a variable or a place in the vault");
        }
        return inVault.computeIfAbsent(kept, where -> new VaultSecret(server, where.path(), where.key()));
    }

    private static @Nullable String environment(String name) {
        return System.getenv(name);
    }
}
