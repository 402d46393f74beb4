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
        String region = region(section);
        if (section.has("role")) {
            for (String key : new String[] {"access_key_id", "secret_access_key", "session_token", "next"}) {
                section.refuse(key, "it cannot stand beside role", "A role gives keys of its own; no others are used");
            }
            Optional<YamlObject> role = section.object("role");
            section.rejectUnknownKeys();
            if (role.isEmpty()) {
                section.problem("role", "it is empty", "{arn: ARN, assertion: {issuer, private_key}}");
                return new Credential.None();
            }
            return new WorkloadReader(config).role(region, role.get());
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

    /** The region of a section; a problem where it is none. */
    static String region(YamlObject section) {
        String region = section.text("region");
        if (!region.isEmpty() && !region.matches(REGION)) {
            section.problem("region", "'" + region + "' is no region of AWS", "Such as eu-central-1");
        }
        return region;
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

    /** The region's own. */
    static String baseUrl(Credential credential) {
        return endpoint(
                "bedrock-runtime",
                switch (credential) {
                    case Credential.Aws aws -> aws.region();
                    case Credential.AwsRole role -> role.region();
                    default -> "";
                });
    }

    /** Where a service of a region is asked; nowhere if the region is not known, which is a problem of its own. */
    static String endpoint(String service, String region) {
        return "https://" + service + (region.matches(REGION) ? "." + region + ".amazonaws.com" : ".invalid");
    }
}
