package dev.mcpgateway.connectors.credential;

/** How the gateway proves to a vault who it is. Its own secret comes from a file or a variable, never from a vault. */
public sealed interface VaultLogin {
    /** A token that somebody else renews. */
    record Token(SecretSource token) implements VaultLogin {}

    /**
     * An AppRole: a login that gives a token for some time.
     *
     * @param mount where the method is mounted, {@code approle} unless configured otherwise
     * @param roleId the role's id, no secret
     * @param secretId the role's secret
     */
    record AppRole(String mount, String roleId, SecretSource secretId) implements VaultLogin {}
}
