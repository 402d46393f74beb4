package dev.mcpgateway.connectors.credential;

/** A secret that an authorization server made for the gateway when it registered itself; no configuration names it. */
public record GivenSecret(Secret secret) implements SecretSource {
    @Override
    public Secret read() {
        return secret;
    }
}
