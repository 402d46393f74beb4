package dev.mcpgateway.connectors.credential;

/** No credential can be had for an upstream, so nothing is sent to it. The message is for operators and holds no secret. */
public class CredentialUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    /** None, for this reason. */
    public CredentialUnavailable(String message) {
        super(message, null, false, false);
    }
}
