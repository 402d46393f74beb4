package dev.mcpgateway.gateway;

import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.Limits;
import dev.mcpgateway.gateway.config.Loopback;
import dev.mcpgateway.gateway.http.BodyMemory;
import dev.mcpgateway.gateway.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The two ports of a configuration, and by which names they are reached. */
final class Ports {
    /** What is read, screened and translated of a body takes several times its bytes for a while. */
    private static final int PART_OF_HEAP = 8;

    private static final int PART_OF_CALLER = 4;

    private final GatewayConfig config;
    private final LongSupplier nanoClock;

    private Ports(GatewayConfig config, LongSupplier nanoClock) {
        this.config = config;
        this.nanoClock = nanoClock;
    }

    /**
     * The agents' port, not yet open.
     *
     * @throws IOException if certificate or key cannot be used
     */
    static HttpServer agents(GatewayConfig config, LongSupplier nanoClock) throws IOException {
        return new Ports(config, nanoClock).agents();
    }

    /** The operators' port, not yet open. */
    static HttpServer operators(GatewayConfig config, LongSupplier nanoClock) throws IOException {
        return new Ports(config, nanoClock).operators();
    }

    /** What the agents' port holds of bodies at once; of one caller a quarter. The longest one has room in both in any case. */
    static BodyMemory bodies(GatewayConfig config) {
        int longest = config.longestRequestBytes();
        long all = config.limits()
                .bodiesBytes()
                .orElseGet(() -> Math.max(longest, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
        return new BodyMemory(all, Math.max(longest, all / PART_OF_CALLER));
    }

    /** How agents reach the gateway; a port of 0 in the configuration becomes the one that was taken. */
    static URI publicUrl(GatewayConfig config, int port) {
        URI url = config.listen().publicUrl();
        return url.getPort() == 0 ? URI.create(url.getScheme() + "://" + url.getHost() + ":" + port) : url;
    }

    private HttpServer agents() throws IOException {
        GatewayConfig.Listen listen = config.listen();
        Path certificate = listen.tls().map(GatewayConfig.Tls::certificate).orElse(null);
        Path privateKey = listen.tls().map(GatewayConfig.Tls::privateKey).orElse(null);
        Path clientCa = listen.tls().map(GatewayConfig.Tls::clientCa).orElse(null);
        return new HttpServer(
                "agents",
                settings(
                        listen.host(),
                        listen.port(),
                        certificate,
                        privateKey,
                        clientCa,
                        listen.allowedHosts(),
                        listen.allowedOrigins()),
                nanoClock);
    }

    private HttpServer operators() throws IOException {
        GatewayConfig.Admin admin = config.admin();
        return new HttpServer(
                "operators",
                settings(admin.host(), admin.port(), null, null, null, admin.allowedHosts(), List.of()),
                nanoClock);
    }

    private HttpServer.Settings settings(
            String host,
            int port,
            @Nullable Path certificate,
            @Nullable Path privateKey,
            @Nullable Path clientCa,
            List<String> moreHosts,
            List<String> moreOrigins) {
        Limits limits = config.limits();
        String scheme = certificate == null ? "http" : "https";
        return new HttpServer.Settings(
                host,
                port,
                certificate,
                privateKey,
                clientCa,
                actual -> hosts(host, actual, moreHosts),
                actual -> origins(scheme, host, actual, moreOrigins),
                limits.headerBytes(),
                limits.headerTimeout(),
                limits.answerTimeout(),
                limits.idleTimeout(),
                limits.keepAlive(),
                limits.connections());
    }

    private Set<String> hosts(String host, int port, List<String> more) {
        Set<String> hosts = new LinkedHashSet<>();
        for (String name : localNames(host)) {
            hosts.add(name + ":" + port);
        }
        URI url = config.listen().publicUrl();
        hosts.add(url.getAuthority().toLowerCase(Locale.ROOT));
        more.forEach(each -> hosts.add(each.toLowerCase(Locale.ROOT)));
        return hosts;
    }

    private Set<String> origins(String scheme, String host, int port, List<String> more) {
        Set<String> origins = new LinkedHashSet<>();
        for (String name : localNames(host)) {
            origins.add(scheme + "://" + name + ":" + port);
        }
        URI url = config.listen().publicUrl();
        origins.add((url.getScheme() + "://" + url.getAuthority()).toLowerCase(Locale.ROOT));
        more.forEach(each -> origins.add(each.toLowerCase(Locale.ROOT)));
        return origins;
    }

    /** The names by which a port on loopback is reached; another address is reached by its own. */
    private static List<String> localNames(String host) {
        boolean loopback = Loopback.is(host);
        return loopback ? List.of("127.0.0.1", "localhost", "[::1]") : List.of(host.toLowerCase(Locale.ROOT));
    }
}
