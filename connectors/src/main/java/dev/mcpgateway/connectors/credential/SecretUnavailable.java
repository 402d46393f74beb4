package dev.mcpgateway.connectors.credential;

/** A secret that cannot be used. The message names the reference and what to do, never the value. */
public final class SecretUnavailable extends CredentialUnavailable {
    private static final long serialVersionUID = 1L;

    SecretUnavailable(String message) {
        super(message);
    }
}
