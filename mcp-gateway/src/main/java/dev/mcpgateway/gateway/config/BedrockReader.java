package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.model.BedrockApi;
import dev.mcpgateway.connectors.model.ProviderKind;
import dev.mcpgateway.gateway.config.GatewayConfig.AwsKeys;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import dev.mcpgateway.policy.yaml.YamlValue.Variant;
import java.util.Optional;
import java.util.Set;

/** Reads what {@code kind: bedrock} has of its own: the keys that sign, the region that makes the URL, and how models are asked. */
final class BedrockReader {
    private static final String REGION = "[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}";
    private static final String FORM =
            "Write {aws: {region: eu-central-1, access_key_id: {file: PATH}, secret_access_key: {file: PATH}}}";

    private final ConfigReader config;

    BedrockReader(ConfigReader config) {
        this.config = config;
    }

    /** Always keys: AWS answers nobody without a signature, and none are looked for elsewhere. */
    Credential credential(YamlObject entry) {
        Optional<YamlValue> value = entry.optional("credential");
        if (value.isEmpty()) {
            entry.problem("credential", "'credential' must be written out", FORM);
            return new Credential.None();
        }
        Optional<YamlValue> body = value.get().variant(Set.of("aws")).flatMap(Variant::body);
        if (body.isEmpty()) {
            value.get().problem("a provider of kind bedrock is asked with keys of AWS", FORM);
            return new Credential.None();
        }
        return keys(body.get().object());
    }

    private Credential keys(YamlObject section) {
        String region = section.text("region");
        if (!region.isEmpty() && !region.matches(REGION)) {
            section.problem("region", "'" + region + "' is no region of AWS", "Such as eu-central-1");
        }
        AwsKeys first = pair(section);
        Optional<AwsKeys> next = section.object("next").map(other -> {
            AwsKeys second = pair(other);
            other.rejectUnknownKeys();
            return second;
        });
        section.rejectUnknownKeys();
        return new Credential.Aws(region, first, next.orElse(null));
    }

    private AwsKeys pair(YamlObject section) {
        return new AwsKeys(
                config.secret(section, "access_key_id"),
                config.secret(section, "secret_access_key"),
                section.has("session_token") ? config.secret(section, "session_token") : null);
    }

    /** How it is asked; empty for what the ids of its models say. */
    static Optional<BedrockApi> api(YamlObject entry, ProviderKind kind) {
        Optional<YamlValue> said = entry.optional("api");
        if (said.isPresent() && kind != ProviderKind.BEDROCK) {
            said.get().problem("only bedrock is asked in two ways", "Remove it");
        }
        return said.map(value -> value.choice(BedrockApi.class));
    }

    /** The other way of asking would be refused by AWS, or lose what the model could have been asked. */
    static void checkModels(YamlObject section, Models models) {
        models.aliases()
                .forEach((alias, entry) -> entry.targets().forEach(target -> {
                    Models.Provider provider = models.providers().get(target.provider());
                    boolean isUnknown = provider != null
                            && provider.kind() == ProviderKind.BEDROCK
                            && provider.api().isEmpty()
                            && BedrockApi.of(target.model()).isEmpty();
                    if (isUnknown) {
                        section.problem(
                                "aliases",
                                "'" + alias + "': '" + target.model() + "' does not say whose model it is",
                                "Give provider '" + target.provider()
                                        + "' an api: invoke_model for Anthropic's, converse for others'");
                    }
                }));
    }

    /** The region's own; none where the region is not known, which is a problem of its own. */
    static String baseUrl(Credential credential) {
        return credential instanceof Credential.Aws aws && aws.region().matches(REGION)
                ? "https://bedrock-runtime." + aws.region() + ".amazonaws.com"
                : "https://bedrock-runtime.invalid";
    }
}
