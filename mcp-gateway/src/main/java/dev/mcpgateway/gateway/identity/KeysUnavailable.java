package dev.mcpgateway.gateway.identity;

/** No keys of an issuer can be had and none are cached: nobody can be verified, which is not the caller's fault. */
final class KeysUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    KeysUnavailable(String message) {
        super(message, null, false, false);
    }
}
