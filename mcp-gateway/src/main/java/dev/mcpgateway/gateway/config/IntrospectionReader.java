package dev.mcpgateway.gateway.config;

import dev.mcpgateway.gateway.config.GatewayConfig.Introspected;
import dev.mcpgateway.gateway.config.GatewayConfig.Introspection;
import dev.mcpgateway.gateway.config.GatewayConfig.SecretRef;
import dev.mcpgateway.policy.yaml.YamlObject;
import dev.mcpgateway.policy.yaml.YamlValue;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code introspection} of an issuer. */
final class IntrospectionReader {
    /** Longest time for which an answer is believed: a revoked token is good for so long at most. */
    static final Duration CACHE_MAX = Duration.ofSeconds(30);

    private final ConfigReader config;

    IntrospectionReader(ConfigReader config) {
        this.config = config;
    }

    Introspection introspection(YamlObject section, IssuerProfile profile) {
        URI url = ConfigReader.httpUrl(section, "url", "");
        if ("http".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            section.problem("url", "tokens must travel over https", "http is accepted on loopback only");
        }
        Optional<YamlObject> client = section.required("client").map(YamlValue::object);
        String id = client.map(each -> each.text("id")).orElse("");
        SecretRef key = null;
        SecretRef secret = null;
        String keyId = "";
        String audience = "";
        if (client.isPresent()) {
            YamlObject proof = client.get();
            if (proof.has("private_key") == proof.has("secret")) {
                section.problem(
                        "client",
                        "it needs exactly one of private_key and secret",
                        "private_key (private_key_jwt) is the stronger one");
            } else if (proof.has("private_key")) {
                key = config.secret(proof, "private_key");
                keyId = proof.text("key_id", "");
                audience = proof.text("audience", profile.issuer());
            } else {
                secret = config.secret(proof, "secret");
                proof.refuse("key_id", "a secret has no key id", "");
                proof.refuse("audience", "with a secret nothing is signed for an audience", "");
            }
            proof.rejectUnknownKeys();
        }
        Introspection introspection = new Introspection(
                url,
                id,
                key,
                keyId,
                audience,
                secret,
                section.choice("for", Introspected.class, Introspected.OPAQUE),
                section.seconds("cache_s", Duration.ZERO, CACHE_MAX, CACHE_MAX),
                ConfigReader.networks(section));
        section.rejectUnknownKeys();
        return introspection;
    }

    /** An opaque token does not say whose it is, and to ask several would show it to those whom it is none of. */
    static void checkTogether(YamlObject root, GatewayConfig config) {
        List<String> claiming = config.issuers().entrySet().stream()
                .filter(entry -> entry.getValue()
                        .introspection()
                        .filter(each -> each.tokens() != Introspected.JWT)
                        .isPresent())
                .map(Map.Entry::getKey)
                .toList();
        if (claiming.size() > 1) {
            root.problem(
                    "issuers",
                    "opaque tokens do not say whose they are, and " + String.join(", ", claiming) + " all claim them",
                    "Set introspection.for: jwt for all but one");
        }
    }
}
