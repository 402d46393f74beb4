package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.wire.InputKind;
import dev.mcpgateway.gateway.config.GatewayConfig.ClientCertificate;
import dev.mcpgateway.gateway.config.GatewayConfig.EnvValue;
import dev.mcpgateway.gateway.config.GatewayConfig.EraChoice;
import dev.mcpgateway.gateway.config.GatewayConfig.HttpClientChoice;
import dev.mcpgateway.gateway.config.GatewayConfig.OpenApi;
import dev.mcpgateway.gateway.config.GatewayConfig.Transport;
import dev.mcpgateway.gateway.config.GatewayConfig.Upstream;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one entry of {@code upstreams}. */
final class UpstreamReader {
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
    private static final int CONCURRENT_CALLS = 64;

    private final ConfigReader config;

    UpstreamReader(ConfigReader config) {
        this.config = config;
    }

    Upstream upstream(String alias, YamlObject entry) {
        Transport transport = entry.required("transport")
                .map(value -> value.choice(Transport.class))
                .orElse(Transport.STREAMABLE_HTTP);
        boolean stdio = transport == Transport.STDIO;
        URI url = null;
        OpenApi openApi = null;
        if (transport == Transport.OPENAPI) {
            openApi = new OpenApiReader(config).openApi(entry);
        } else {
            entry.refuse("openapi", "only an upstream with transport: openapi has a description", "");
            if (stdio) {
                entry.refuse("url", "a stdio upstream has no url", "Give command, the argument vector");
            } else {
                url = url(entry);
            }
        }
        return new Upstream(
                alias,
                transport,
                command(entry, stdio),
                env(entry, stdio),
                stdio && entry.has("cwd") ? path(entry, "cwd") : null,
                url,
                openApi,
                entry.choice("era", EraChoice.class, EraChoice.AUTO),
                entry.choice("http_client", HttpClientChoice.class, HttpClientChoice.LEAN),
                ConfigReader.networks(entry),
                new CredentialReader(config).credential(entry, transport, url),
                mtls(entry, transport, url),
                entry.millis("call_timeout_ms", Duration.ofMillis(10), Duration.ofMinutes(30), CALL_TIMEOUT),
                (int) entry.integer("concurrent_calls", 1, 100_000, CONCURRENT_CALLS),
                relay(entry),
                ResilienceReader.resilience(entry));
    }

    private Optional<ClientCertificate> mtls(YamlObject entry, Transport transport, @Nullable URI url) {
        if (transport == Transport.STDIO || transport == Transport.SSE) {
            entry.refuse(
                    "mtls",
                    "this transport cannot show a client certificate",
                    "streamable_http and openapi can; a process gets its secrets in env");
            return Optional.empty();
        }
        return entry.object("mtls").map(section -> {
            if (url != null && !"https".equals(url.getScheme())) {
                entry.problem("mtls", "a client certificate needs an https URL", "");
            }
            ClientCertificate certificate = new ClientCertificate(
                    path(section, "certificate"),
                    config.secret(section, "private_key"),
                    section.has("ca") ? path(section, "ca") : null);
            section.rejectUnknownKeys();
            return certificate;
        });
    }

    private static Set<InputKind> relay(YamlObject entry) {
        Set<InputKind> relay = EnumSet.noneOf(InputKind.class);
        for (String name : entry.texts("relay")) {
            Optional<InputKind> kind = Arrays.stream(InputKind.values())
                    .filter(each -> each.capability().text().equals(name))
                    .findFirst();
            kind.ifPresentOrElse(
                    relay::add,
                    () -> entry.problem(
                            "relay",
                            "'" + name + "' is nothing that a server can ask of an agent",
                            "Use elicitation, sampling or roots"));
        }
        return relay;
    }

    private Path path(YamlObject entry, String key) {
        return config.path(entry.text(key));
    }

    private static URI url(YamlObject entry) {
        entry.refuse("command", "only a stdio upstream has a command", "");
        URI url = ConfigReader.httpUrl(entry, "url", "");
        checkPlain(entry, "url", url, entry.flag("allow_plain_http", false));
        return url;
    }

    static void checkPlain(YamlObject entry, String key, URI url, boolean mayBePlain) {
        boolean plain = "http".equals(url.getScheme()) && !Loopback.is(url.getHost());
        if (plain && !mayBePlain) {
            entry.problem(
                    key,
                    "plain HTTP beyond loopback shows calls and credentials to the network",
                    "Use https, or set allow_plain_http: true where the network is yours");
        }
    }

    private static List<String> command(YamlObject entry, boolean stdio) {
        if (!stdio) {
            return List.of();
        }
        List<String> command = entry.texts("command");
        if (command.isEmpty()) {
            entry.problem("command", "a stdio upstream needs its argument vector", "For example [/usr/bin/node, s.js]");
        } else if (!command.getFirst().startsWith("/")) {
            entry.problem(
                    "command",
                    "the program must be an absolute path",
                    "A name would be looked up in a PATH that others may write to");
        }
        return command;
    }

    private Map<String, EnvValue> env(YamlObject entry, boolean stdio) {
        if (!stdio) {
            entry.refuse("env", "only a stdio upstream has an environment", "");
            return Map.of();
        }
        Map<String, EnvValue> env = new LinkedHashMap<>();
        entry.named("env").forEach((name, value) -> env.put(name, envValue(name, value)));
        return env;
    }

    private EnvValue envValue(String name, YamlValue value) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            value.problem("'" + name + "' is no name of an environment variable", "");
        }
        if (value.isText()) {
            return new EnvValue.Text(value.text());
        }
        YamlObject wrapper = value.object();
        EnvValue secret = new EnvValue.Secret(config.secret(wrapper, "secret"));
        wrapper.rejectUnknownKeys();
        return secret;
    }
}
