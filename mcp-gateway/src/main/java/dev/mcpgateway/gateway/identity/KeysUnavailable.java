package dev.mcpgateway.gateway.identity;

/** No keys of an issuer can be had and none are cached: nobody can be verified, which is not the caller's fault. */
final class KeysUnavailable extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int RETRY_SECONDS = 5;

    private final int retrySeconds;

    KeysUnavailable(String message) {
        this(message, RETRY_SECONDS);
    }

    private KeysUnavailable(String message, int retrySeconds) {
        super(message, null, false, false);
        this.retrySeconds = retrySeconds;
    }

    /** What is missing now will be there in a second. */
    static KeysUnavailable shortly(String message) {
        return new KeysUnavailable(message, 1);
    }

    /** When to come again, in seconds. */
    int retrySeconds() {
        return retrySeconds;
    }
}
