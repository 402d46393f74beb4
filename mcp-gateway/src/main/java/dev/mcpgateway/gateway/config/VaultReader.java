package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.gateway.config.GatewayConfig.VaultServer;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Reads {@code vault}. */
final class VaultReader {
    static final Duration FRESH_MIN = Duration.ofSeconds(1);
    static final Duration FRESH_MAX = Duration.ofHours(1);
    static final Duration FRESH_DEFAULT = Duration.ofSeconds(60);
    static final Duration KEPT_MAX = Duration.ofDays(1);
    static final Duration KEPT_DEFAULT = Duration.ofMinutes(10);
    private static final String MOUNT_DEFAULT = "approle";

    private final ConfigReader config;

    VaultReader(ConfigReader config) {
        this.config = config;
    }

    VaultServer vault(YamlObject section) {
        URI url = ConfigReader.httpUrl(section, "url", "");
        if ("http".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            section.problem("url", "secrets must travel over https", "http is accepted on loopback only");
        }
        if (!url.getRawPath().isEmpty() && !url.getRawPath().equals("/")) {
            section.problem("url", "it must not have a path", "Paths belong to secrets: {vault: {path, key}}");
        }
        String namespace = section.text("namespace", "");
        if (!namespace.matches("[!-~]{0,256}")) {
            section.problem("namespace", "it must be visible ASCII without blanks", "");
        }
        SecretRef token = section.has("token") ? config.secretOutsideStores(section, "token") : null;
        Optional<YamlObject> role = section.object("approle");
        if (section.has("token") == section.has("approle")) {
            section.problem("token", "it needs exactly one of token and approle", "");
        }
        String mount = role.map(each -> each.text("mount", MOUNT_DEFAULT)).orElse(MOUNT_DEFAULT);
        if (!mount.matches("[A-Za-z0-9_-]{1,64}")) {
            section.problem("approle", "mount must be letters, digits, - and _", "");
        }
        String roleId = role.map(each -> each.text("role_id")).orElse("");
        SecretRef secretId =
                role.map(each -> config.secretOutsideStores(each, "secret_id")).orElse(null);
        role.ifPresent(YamlObject::rejectUnknownKeys);
        VaultServer vault = new VaultServer(
                url,
                namespace,
                token,
                mount,
                roleId,
                secretId,
                section.seconds("cache_s", FRESH_MIN, FRESH_MAX, FRESH_DEFAULT),
                section.seconds("keep_s", Duration.ZERO, KEPT_MAX, KEPT_DEFAULT),
                ConfigReader.networks(section));
        section.rejectUnknownKeys();
        return vault;
    }
}
