package dev.mcpgateway.connectors.credential;

/** An authorization server answered, and issues no token. */
final class CredentialRefused extends CredentialUnavailable {
    private static final long serialVersionUID = 1L;

    CredentialRefused(String message) {
        super(message);
    }
}
