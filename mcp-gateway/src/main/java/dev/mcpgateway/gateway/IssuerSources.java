package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.net.DeadlineSweeper;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.net.HttpTransport;
import dev.mcpgateway.connectors.net.OutboundGuard;
import dev.mcpgateway.connectors.net.TimeSource;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.identity.IssuerSource;
import dev.mcpgateway.gateway.identity.JwksRetriever;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** The issuers of a configuration, each with its own way to its own keys. */
final class IssuerSources {
    private final GatewayConfig config;
    private final DeadlineSweeper sweeper;
    private final TimeSource time;
    private final List<AutoCloseable> transports;

    /** Transports that are opened are added to the list, to be closed with the gateway. */
    IssuerSources(GatewayConfig config, DeadlineSweeper sweeper, TimeSource time, List<AutoCloseable> transports) {
        this.config = config;
        this.sweeper = sweeper;
        this.time = time;
        this.transports = transports;
    }

    List<IssuerSource> all() {
        return config.issuers().values().stream().map(this::source).toList();
    }

    IssuerSource source(GatewayConfig.Issuer issuer) {
        URI url = issuer.jwksUrl();
        Path file = issuer.jwksFile();
        if (url != null) {
            return new IssuerSource.Remote(issuer.profile(), new JwksRetriever(url, transport(issuer, url), time));
        }
        if (file == null) {
            throw new IllegalArgumentException("an issuer has a key set");
        }
        return new IssuerSource.Local(issuer.profile(), file);
    }

    private HttpTransport transport(GatewayConfig.Issuer issuer, URI url) {
        HttpTransport transport = HttpTransport.open(
                HttpSettings.of(HttpOrigin.of(url), HttpSettings.Client.STANDARD),
                OutboundGuard.forTarget(url, UpstreamFactory.networks(issuer.allowNetworks())),
                sweeper);
        transports.add(transport);
        return transport;
    }
}
