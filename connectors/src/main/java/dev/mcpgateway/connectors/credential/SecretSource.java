package dev.mcpgateway.connectors.credential;

/** Where a secret is kept: a reference in the configuration, never the value itself. */
public sealed interface SecretSource permits SecretFile, SecretVariable, VaultSecret {

    /**
     * The current value.
     *
     * @throws SecretUnavailable if it is missing, empty, or open to others
     */
    Secret read() throws SecretUnavailable;
}
