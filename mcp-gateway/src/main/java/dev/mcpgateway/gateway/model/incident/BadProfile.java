package dev.mcpgateway.gateway.model.incident;

/** A file is no known-good profile that its key vouches for. The message says why, for operators. */
public final class BadProfile extends Exception {
    private static final long serialVersionUID = 1L;

    BadProfile(String message) {
        super(message, null, false, false);
    }
}
