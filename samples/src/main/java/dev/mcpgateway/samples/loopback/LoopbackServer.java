package dev.mcpgateway.samples.loopback;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started Jetty server on a loopback address. The samples authenticate nobody, or only with a shared secret, so an
 * address that other machines can reach is refused.
 */
public final class LoopbackServer implements AutoCloseable {
    /** Largest block of request headers; the default of 8 KiB is short for a long bearer token plus mirrored values. */
    private static final int REQUEST_HEADER_BYTES_MAX = 16 * 1024;

    /** A connection without traffic ends after this time; streams send comments more often than that. */
    private static final long IDLE_TIMEOUT_MILLIS = 60_000;

    /** How long requests in progress may go on after {@link #close()}. */
    private static final long STOP_TIMEOUT_MILLIS = 1_000;

    private static final int PLATFORM_THREADS_MAX = 32;
    private static final int PLATFORM_THREADS_MIN = 4;

    private static final Logger LOG = LoggerFactory.getLogger(LoopbackServer.class);

    private final Server server;
    private final ServerConnector connector;

    private LoopbackServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /**
     * Starts listening.
     *
     * @param host a loopback address literal or {@code localhost}
     * @param port 0 takes a free one
     * @param handler answers all requests; it may block, each request has a virtual thread
     * @throws IllegalArgumentException when {@code host} is not loopback
     * @throws IOException when the port is taken or Jetty cannot start
     */
    public static LoopbackServer start(String host, int port, Handler handler) throws IOException {
        InetAddress address = loopback(host);
        QueuedThreadPool threads = new QueuedThreadPool(PLATFORM_THREADS_MAX, PLATFORM_THREADS_MIN);
        threads.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        Server server = new Server(threads);
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(strictHttp()));
        connector.setHost(address.getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_TIMEOUT_MILLIS);
        // it hits requests that are quiet, too, so it must not be shorter than what they are promised
        connector.setShutdownIdleTimeout(STOP_TIMEOUT_MILLIS);
        server.addConnector(connector);
        server.setErrorHandler(new JsonErrors());
        server.setHandler(new GracefulHandler(handler));
        server.setStopTimeout(STOP_TIMEOUT_MILLIS);
        try {
            server.start();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Jetty did not start: " + e.getMessage(), e);
        }
        return new LoopbackServer(server, connector);
    }

    private static HttpConfiguration strictHttp() {
        HttpConfiguration http = new HttpConfiguration();
        http.setHttpCompliance(HttpCompliance.STRICT);
        http.setRequestHeaderSize(REQUEST_HEADER_BYTES_MAX);
        // Jetty remembers the header values of a connection without regard to case, so that a wrong token which differs
        // only in case would be read as the right one that came before it
        http.setHeaderCacheSize(0);
        http.setSendServerVersion(false);
        return http;
    }

    private static InetAddress loopback(String host) {
        try {
            InetAddress address =
                    host.equals("localhost") ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(host);
            if (address.isLoopbackAddress()) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // not a literal: refused below, without asking a name server
        }
        throw new IllegalArgumentException("'" + host
                + "' is not a loopback address: a sample listens on this machine only, for example on 127.0.0.1");
    }

    /** Where the server answers, for example {@code http://127.0.0.1:40123/}. */
    public URI url() {
        String host = connector.getHost();
        return URI.create(
                "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + connector.getLocalPort() + "/");
    }

    /** Takes no more requests, gives those in progress a second, and stops. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (TimeoutException e) {
            LOG.warn("stopped with requests in progress");
        } catch (Exception e) {
            throw new IllegalStateException("Jetty did not stop: " + e.getMessage(), e);
        }
    }
}
