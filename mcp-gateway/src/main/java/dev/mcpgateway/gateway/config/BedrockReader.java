package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import dev.mcpgateway.policy.yaml.YamlValue.Variant;
import java.util.Optional;
import java.util.Set;

/** Reads what {@code kind: bedrock} has of its own: the keys that sign, and the region that makes the URL. */
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
        Credential keys = new Credential.Aws(
                region,
                config.secret(section, "access_key_id"),
                config.secret(section, "secret_access_key"),
                section.optional("session_token").isPresent() ? config.secret(section, "session_token") : null);
        section.rejectUnknownKeys();
        return keys;
    }

    /** The region's own; none where the region is not known, which is a problem of its own. */
    static String baseUrl(Credential credential) {
        return credential instanceof Credential.Aws aws && aws.region().matches(REGION)
                ? "https://bedrock-runtime." + aws.region() + ".amazonaws.com"
                : "https://bedrock-runtime.invalid";
    }
}
