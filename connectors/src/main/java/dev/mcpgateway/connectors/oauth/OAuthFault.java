package dev.mcpgateway.connectors.oauth;

/** A step of the client's that did not succeed. The message is for operators and quotes nothing that a server sent. */
public final class OAuthFault extends Exception {
    private static final long serialVersionUID = 1L;

    /** A fault for this reason. */
    public OAuthFault(String why) {
        super(why, null, false, false);
    }
}
