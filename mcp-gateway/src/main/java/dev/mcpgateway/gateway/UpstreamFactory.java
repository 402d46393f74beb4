package dev.mcpgateway.gateway;

import dev.mcpgateway.connectors.credential.ClientTls;
import dev.mcpgateway.connectors.credential.CredentialUnavailable;
import dev.mcpgateway.connectors.credential.SecretSource;
import dev.mcpgateway.connectors.credential.UpstreamCredential;
import dev.mcpgateway.connectors.mcp.BreakerSettings;
import dev.mcpgateway.connectors.mcp.DuplexSettings;
import dev.mcpgateway.connectors.mcp.EraSetting;
import dev.mcpgateway.connectors.mcp.HttpUpstream;
import dev.mcpgateway.connectors.mcp.HttpUpstreamSettings;
import dev.mcpgateway.connectors.mcp.McpUpstream;
import dev.mcpgateway.connectors.mcp.NamePattern;
import dev.mcpgateway.connectors.mcp.ResilienceSettings;
import dev.mcpgateway.connectors.mcp.ResilientUpstream;
import dev.mcpgateway.connectors.mcp.StdioUpstream;
import dev.mcpgateway.connectors.mcp.StdioUpstreamSettings;
import dev.mcpgateway.connectors.mcp.Surroundings;
import dev.mcpgateway.connectors.mcp.WrittenOffer;
import dev.mcpgateway.connectors.mcp.sdk.SseUpstream;
import dev.mcpgateway.connectors.mcp.sdk.SseUpstreamSettings;
import dev.mcpgateway.connectors.net.AddressRange;
import dev.mcpgateway.connectors.net.HttpOrigin;
import dev.mcpgateway.connectors.net.HttpSettings;
import dev.mcpgateway.connectors.openapi.OpenApiSettings;
import dev.mcpgateway.connectors.openapi.OpenApiUpstream;
import dev.mcpgateway.connectors.wire.ClientCapabilities;
import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.gateway.config.GatewayConfig;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.gateway.config.GatewayConfig.EnvValue;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.Limits;
import dev.mcpgateway.gateway.mcp.Upstreams;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/** Makes upstreams from their configuration. Nothing is connected or started by that. */
final class UpstreamFactory {
    private static final String ELICITATION = ":{\"form\":{},\"url\":{}}";

    private final Surroundings surroundings;
    private final Limits limits;
    private final UpstreamCredentials credentials;
    private final Secrets secrets;

    UpstreamFactory(Surroundings surroundings, Limits limits, UpstreamCredentials credentials, Secrets secrets) {
        this.surroundings = surroundings;
        this.limits = limits;
        this.credentials = credentials;
        this.secrets = secrets;
    }

    Upstreams.Upstream make(GatewayConfig.Upstream config) {
        UpstreamCredential credential = credentials.make(config, this::secret);
        McpUpstream upstream = switch (config.transport()) {
            case STDIO -> StdioUpstream.of(stdio(config), surroundings);
            case STREAMABLE_HTTP ->
                offering(config, new HttpUpstream(http(config, url(config), credential), surroundings));
            case SSE -> SseUpstream.of(sse(config, url(config), credential), surroundings);
            case OPENAPI -> new OpenApiUpstream(openApi(config), surroundings);
        };
        McpUpstream resilient = new ResilientUpstream(upstream, resilience(config.resilience()), surroundings);
        return new Upstreams.Upstream(
                resilient, credential, config.callTimeout(), config.concurrentCalls(), config.relay());
    }

    /** A server may answer nobody but its users: then the operator has written down what it offers. */
    private static McpUpstream offering(GatewayConfig.Upstream config, HttpUpstream upstream) {
        return config.credential() instanceof Credential.UserOAuth mode && mode.listsFile() != null
                ? new WrittenOffer(upstream, mode.listsFile())
                : upstream;
    }

    private static ResilienceSettings resilience(GatewayConfig.Resilience config) {
        return new ResilienceSettings(
                config.breaker()
                        .map(breaker -> new BreakerSettings(
                                breaker.failuresPercent(), breaker.windowCalls(), breaker.callsMin(), breaker.open())),
                config.idempotent().stream().map(NamePattern::new).toList(),
                ResilienceSettings.REPEAT_PAUSE_DEFAULT);
    }

    private static URI url(GatewayConfig.Upstream config) {
        URI url = config.url();
        if (url == null) {
            throw new IllegalArgumentException("upstream " + config.alias() + " has no url");
        }
        return url;
    }

    SecretSource secret(SecretRef reference) {
        return secrets.of(reference);
    }

    private static HttpSettings.Client client(GatewayConfig.Upstream config) {
        return switch (config.httpClient()) {
            case LEAN -> HttpSettings.Client.LEAN;
            case STANDARD -> HttpSettings.Client.STANDARD;
        };
    }

    private OpenApiSettings openApi(GatewayConfig.Upstream config) {
        GatewayConfig.OpenApi api = config.openApi();
        if (api == null) {
            throw new IllegalArgumentException("upstream " + config.alias() + " has no openapi");
        }
        return new OpenApiSettings(
                config.alias(),
                api.file(),
                api.server(),
                api.include(),
                api.exclude(),
                api.includeDeprecated(),
                api.outputSchemas(),
                api.slashesInPath(),
                credentialHeaders(config.credential()),
                client(config),
                config.concurrentCalls(),
                networks(config.allowNetworks()),
                tls(config),
                limits.jsonDepth());
    }

    private Optional<SSLContext> tls(GatewayConfig.Upstream config) {
        return config.mtls().map(client -> {
            try {
                return ClientTls.context(
                        client.certificate(),
                        secret(client.privateKey()),
                        Optional.ofNullable(client.ca()),
                        surroundings.time());
            } catch (CredentialUnavailable unusable) {
                throw new IllegalStateException(
                        "mtls of upstream " + config.alias() + ": " + unusable.getMessage(), unusable);
            }
        });
    }

    private static Set<String> credentialHeaders(Credential credential) {
        return switch (credential) {
            case Credential.None _ -> Set.of();
            case Credential.StaticHeader header -> Set.of(header.header());
            case Credential.KeyPair pair -> Set.of(pair.first().header());
            case Credential.Aws _,
                    Credential.AwsRole _,
                    Credential.WorkloadToken _,
                    Credential.CallToken _,
                    Credential.ClientCredentials _,
                    Credential.TokenExchange _,
                    Credential.UserOAuth _ -> Set.of("Authorization");
        };
    }

    private HttpUpstreamSettings http(GatewayConfig.Upstream config, URI url, UpstreamCredential credential) {
        HttpSettings connections = new HttpSettings(
                HttpOrigin.of(url),
                client(config),
                // calls that run, as many that are held for an answer, and two for lists, which must not wait for calls
                config.concurrentCalls() * (config.relay().isEmpty() ? 1 : 2) + 2,
                HttpSettings.CONNECT_TIMEOUT_DEFAULT,
                HttpSettings.LEASE_TIMEOUT_DEFAULT,
                HttpSettings.IDLE_DEFAULT,
                HttpSettings.AGE_DEFAULT,
                tls(config));
        return new HttpUpstreamSettings(
                config.alias(),
                url,
                era(config),
                credential,
                connections,
                networks(config.allowNetworks()),
                HttpUpstreamSettings.LIST_TIMEOUT_DEFAULT,
                limits.sessions(),
                HttpUpstreamSettings.SESSION_IDLE_DEFAULT,
                limits.jsonDepth(),
                declared(config));
    }

    private StdioUpstreamSettings stdio(GatewayConfig.Upstream config) {
        Map<String, String> texts = new HashMap<>();
        Map<String, SecretSource> secrets = new HashMap<>();
        config.env().forEach((name, value) -> {
            switch (value) {
                case EnvValue.Text(String text) -> texts.put(name, text);
                case EnvValue.Secret(SecretRef reference) -> secrets.put(name, secret(reference));
            }
        });
        return new StdioUpstreamSettings(
                config.alias(),
                config.command(),
                texts,
                secrets,
                Optional.ofNullable(config.cwd()),
                era(config),
                DuplexSettings.START_TIMEOUT_DEFAULT,
                DuplexSettings.PROBE_TIMEOUT_DEFAULT,
                DuplexSettings.LIST_TIMEOUT_DEFAULT,
                limits.replyBytes(),
                StdioUpstreamSettings.EXIT_TIMEOUT_DEFAULT,
                limits.jsonDepth(),
                declared(config));
    }

    private SseUpstreamSettings sse(GatewayConfig.Upstream config, URI url, UpstreamCredential credential) {
        return new SseUpstreamSettings(
                config.alias(),
                url,
                credential,
                networks(config.allowNetworks()),
                HttpSettings.CONNECT_TIMEOUT_DEFAULT,
                DuplexSettings.START_TIMEOUT_DEFAULT,
                DuplexSettings.LIST_TIMEOUT_DEFAULT,
                DuplexSettings.CHANNELS_DEFAULT,
                DuplexSettings.CHANNEL_IDLE_DEFAULT,
                limits.replyBytes(),
                limits.jsonDepth(),
                declared(config));
    }

    /** What is declared where a session serves more than one agent: all that may be passed on to some of them. */
    private static ClientCapabilities declared(GatewayConfig.Upstream config) {
        String members = config.relay().stream()
                .sorted()
                .map(kind ->
                        '"' + kind.capability().text() + '"' + (kind == InputKind.ELICITATION ? ELICITATION : ":{}"))
                .collect(Collectors.joining(","));
        return new ClientCapabilities('{' + members + '}');
    }

    private static EraSetting era(GatewayConfig.Upstream config) {
        return switch (config.era()) {
            case AUTO -> EraSetting.AUTO;
            case MODERN -> EraSetting.MODERN;
            case LEGACY -> EraSetting.LEGACY;
        };
    }

    static List<AddressRange> networks(List<String> cidrs) {
        return cidrs.stream().map(AddressRange::of).toList();
    }
}
