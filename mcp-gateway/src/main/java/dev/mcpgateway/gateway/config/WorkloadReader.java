package dev.mcpgateway.gateway.config;

import dev.mcpgateway.connectors.credential.AwsRole;
import dev.mcpgateway.connectors.credential.Workload.Per;
import dev.mcpgateway.connectors.credential.WorkloadTokens.Grant;
import dev.mcpgateway.gateway.config.GatewayConfig.Assertion;
import dev.mcpgateway.gateway.config.GatewayConfig.Credential;
import dev.mcpgateway.policy.yaml.YamlObject;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** Reads credentials that are issued to the gateway for a short time: {@code workload_token}, and {@code role} of AWS. */
final class WorkloadReader {
    private static final Duration LIFE_DEFAULT = Duration.ofHours(1);
    private static final String ARN = "arn:[a-z-]{3,16}:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]{1,576}";

    private final ConfigReader config;

    WorkloadReader(ConfigReader config) {
        this.config = config;
    }

    Credential token(YamlObject section) {
        Grant grant = section.required("grant")
                .map(value -> value.choice(Grant.class))
                .orElse(Grant.JWT_BEARER);
        URI url = server(section, "token_url", "");
        String clientId = section.text("client_id", "");
        if (grant == Grant.CLIENT_CREDENTIALS && clientId.isEmpty()) {
            section.problem("client_id", "client_credentials are a client's", "Write the client's id at that server");
        }
        Assertion assertion = assertion(section, url.toString());
        boolean isClients =
                grant == Grant.CLIENT_CREDENTIALS && assertion.issuer().isEmpty();
        if (assertion.privateKey() != null && assertion.issuer().isEmpty() && !isClients) {
            section.problem(
                    "assertion",
                    "it has no issuer",
                    "Write what the server trusts; only a client's own assertion (client_credentials) goes without");
        }
        Credential credential = new Credential.WorkloadToken(
                grant,
                url,
                clientId,
                isClients
                        ? new Assertion(
                                clientId,
                                clientId,
                                assertion.audience(),
                                assertion.privateKey(),
                                assertion.keyId(),
                                assertion.token())
                        : assertion,
                per(section, assertion.token() != null),
                section.text("resource", ""),
                section.text("audience", ""),
                String.join(" ", section.texts("scope")),
                ConfigReader.networks(section));
        section.rejectUnknownKeys();
        return credential;
    }

    /** A token that somebody else writes says nothing of a workload, so that all would be the same. */
    private static Per per(YamlObject section, boolean isGiven) {
        Per per = section.choice("per", Per.class, isGiven ? Per.GATEWAY : Per.CLIENT);
        if (isGiven && per != Per.GATEWAY) {
            section.problem("per", "a token that somebody else writes names no workload", "Write assertion instead");
        }
        return per;
    }

    Credential role(String region, YamlObject section) {
        String arn = section.text("arn");
        if (!arn.isEmpty() && !arn.matches(ARN)) {
            section.problem("arn", "it must be the ARN of a role", "Such as arn:aws:iam::123456789012:role/gateway");
        }
        URI url = server(section, "sts_url", BedrockReader.endpoint("sts", region));
        Assertion assertion = assertion(section, "sts.amazonaws.com");
        if (assertion.privateKey() != null && assertion.issuer().isEmpty()) {
            section.problem("assertion", "it has no issuer", "Write that of the identity provider in AWS");
        }
        Credential credential = new Credential.AwsRole(
                region,
                arn,
                url,
                assertion,
                section.choice("per", Per.class, Per.CLIENT),
                section.seconds("lifetime_s", AwsRole.LIFE_MIN, AwsRole.LIFE_MAX, LIFE_DEFAULT),
                ConfigReader.networks(section));
        section.rejectUnknownKeys();
        return credential;
    }

    private Assertion assertion(YamlObject section, String audience) {
        if (section.has("token") == section.has("assertion")) {
            section.problem(
                    "assertion",
                    "it needs exactly one of assertion and token",
                    "assertion: {issuer, audience, private_key, key_id}, or token: {file: PATH}");
        }
        Optional<YamlObject> signed = section.object("assertion");
        Assertion assertion = new Assertion(
                signed.map(each -> each.text("issuer", "")).orElse(""),
                "",
                signed.map(each -> each.text("audience", audience)).orElse(audience),
                signed.map(each -> config.secret(each, "private_key")).orElse(null),
                signed.map(each -> each.text("key_id", "")).orElse(""),
                section.has("token") ? config.secret(section, "token") : null);
        signed.ifPresent(YamlObject::rejectUnknownKeys);
        return assertion;
    }

    private static URI server(YamlObject section, String key, String fallback) {
        URI url = ConfigReader.httpUrl(section, key, fallback);
        if ("http".equals(url.getScheme()) && !Loopback.is(url.getHost())) {
            section.problem(key, "credentials must be asked for over https", "http is accepted on loopback only");
        }
        return url;
    }
}
