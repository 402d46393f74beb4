package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.credential.AwsSecrets;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretsManagerRef;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretsManagerServer;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.net.URI;
import java.time.Duration;

/** Reads {@code secrets_manager}, and the references to what is in it. */
final class SecretsManagerReader {
    private final ConfigReader config;

    SecretsManagerReader(ConfigReader config) {
        this.config = config;
    }

    SecretsManagerServer server(YamlObject section) {
        String region = BedrockReader.region(section);
        URI url = ConfigReader.httpUrl(section, "url", BedrockReader.endpoint("secretsmanager", region));
        if ("http".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            section.problem("url", "secrets must travel over https", "http is accepted on loopback only");
        }
        if (!url.getRawPath().isEmpty() && !url.getRawPath().equals("/")) {
            section.problem("url", "it must not have a path", "Names belong to secrets: {secrets_manager: {id, key}}");
        }
        SecretsManagerServer server = new SecretsManagerServer(
                region,
                url,
                new GatewayConfig.AwsKeys(
                        config.secretOutsideStores(section, "access_key_id"),
                        config.secretOutsideStores(section, "secret_access_key"),
                        section.has("session_token") ? config.secretOutsideStores(section, "session_token") : null),
                section.seconds("cache_s", VaultReader.FRESH_MIN, VaultReader.FRESH_MAX, VaultReader.FRESH_DEFAULT),
                section.seconds("keep_s", Duration.ZERO, VaultReader.KEPT_MAX, VaultReader.KEPT_DEFAULT),
                ConfigReader.networks(section));
        section.rejectUnknownKeys();
        return server;
    }

    static SecretsManagerRef reference(YamlObject section, boolean hasStore) {
        SecretsManagerRef reference = new SecretsManagerRef(
                section.text("id"), section.text("key", ""), section.text("stage", AwsSecrets.CURRENT));
        if (!reference.id().isEmpty() && !AwsSecrets.isId(reference.id())) {
            section.problem("id", "it must be the name or the ARN of a secret", "Such as gateway/openai");
        }
        if (!AwsSecrets.isStage(reference.stage())) {
            section.problem("stage", "it must be a staging label", "AWSCURRENT, AWSPREVIOUS, or one of your own");
        }
        if (!hasStore) {
            section.problem(
                    "id", "no secrets_manager is configured", "Set secrets_manager: {region, access_key_id, …}");
        }
        section.rejectUnknownKeys();
        return reference;
    }
}
