package dev.mcpgateway.connectors.net;

/**
 * A blocking HTTP/1.1 client for one origin, for virtual threads. What it promises beyond HTTP:
 *
 * <ul>
 *   <li>a request is written at most once: no retry, no redirect, no authentication round trip;
 *   <li>the absolute deadline of the call ends it, header and body drip included, within 50 ms;
 *   <li>an interrupt of the calling thread closes the connection and ends the call;
 *   <li>every new connection passes the {@link OutboundGuard}; TLS verifies the host name;
 *   <li>no cookies, no decompression, no state from one call to the next but the connection.
 * </ul>
 */
public interface HttpTransport extends AutoCloseable {

    /**
     * Sends a request and waits for the head of its answer.
     *
     * @throws HttpFault when there is no answer; the thread's interrupt status stays set after an interrupt
     */
    HttpExchange send(HttpCall call) throws HttpFault;

    /** Closes all connections, also those in use. */
    @Override
    void close();

    /** Opens a transport of the configured kind. */
    static HttpTransport open(HttpSettings settings, OutboundGuard guard, DeadlineSweeper sweeper) {
        return switch (settings.client()) {
            case LEAN -> new LeanHttp(settings, guard, sweeper);
            case STANDARD -> new ApacheHttp(settings, guard, sweeper);
        };
    }
}
