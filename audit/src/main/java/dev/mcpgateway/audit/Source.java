package dev.mcpgateway.audit;

/**
 * Where a request came from (JSON: {@code src}). Empty strings and port 0 are left out.
 *
 * @param ip {@code src.ip}: address of the peer
 * @param port {@code src.port}: port of the peer
 * @param userAgent {@code src.ua}: declared user agent
 */
public record Source(String ip, int port, String userAgent) {
    /** Not a network request. */
    public static final Source NONE = new Source("", 0, "");

    /** Checks the port. */
    public Source {
        Check.range("port", port, 0, 65_535);
    }
}
