package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.CallIds;
import dev.mcpgateway.gateway.http.Answers.ScopeHint;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** One port: Jetty 12 core, HTTP/1.1, blocking handlers on virtual threads. */
public final class HttpServer implements AutoCloseable {
    private static final int POOL_THREADS_MAX = 32;
    private static final int POOL_THREADS_MIN = 8;
    private static final int ACCEPT_QUEUE = 1024;

    private final Server server;
    /** What a connection that waits keeps: a head with a token fits, a longer one is read in parts. */
    private static final int INPUT_BYTES = 4 * 1024;

    /** An event stream that waits keeps a buffer for the few bytes around an event: it need not be a page. */
    private static final int BUFFER_STEP = 1024;

    private static final int BUFFER_POOLED_MAX = 64 * 1024;

    /** How long open streams may take to say that they end; who does not read holds nobody up. */
    private static final Duration FAREWELL_MAX = Duration.ofSeconds(2);

    private final ServerConnector connector;
    private final ConnectionDeadlines deadlines;
    private final OpenStreams streams;
    private final SslContextFactory.@Nullable Server tls;
    private final Settings settings;
    private final LongSupplier nanoClock;
    private volatile List<Routes.Route> routes = List.of();

    /**
     * How a port listens.
     *
     * @param host address to bind
     * @param port port to bind, 0 for any free one
     * @param certificate PEM chain for TLS, or {@code null} for clear text
     * @param privateKey PEM key that belongs to it
     * @param clientCa PEM certificates that sign those of clients, or {@code null} to ask for none
     * @param hosts accepted Host values in lower case, given the port
     * @param origins accepted Origin values in lower case, given the port
     * @param headerBytes longest request head
     * @param headerTimeout time from the first byte of a request to the end of its headers
     * @param answerTimeout time in which the peer must take an answer, and for which the rest of a refused body is dropped
     * @param idleTimeout time without any byte after which a connection is closed
     * @param keepAlive time without an event after which an open stream carries a comment
     * @param connectionsMax most connections at once
     */
    public record Settings(
            String host,
            int port,
            @Nullable Path certificate,
            @Nullable Path privateKey,
            @Nullable Path clientCa,
            IntFunction<Set<String>> hosts,
            IntFunction<Set<String>> origins,
            int headerBytes,
            Duration headerTimeout,
            Duration answerTimeout,
            Duration idleTimeout,
            Duration keepAlive,
            int connectionsMax) {}

    /**
     * Builds the port; nothing listens before {@link #open}.
     *
     * @throws IOException if certificate or key cannot be used; the message names the file
     */
    public HttpServer(String name, Settings settings, LongSupplier nanoClock) throws IOException {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.deadlines = new ConnectionDeadlines(settings.headerTimeout(), settings.answerTimeout(), nanoClock);
        this.streams = new OpenStreams(settings.keepAlive());
        QueuedThreadPool threads = new QueuedThreadPool(POOL_THREADS_MAX, POOL_THREADS_MIN);
        threads.setName(name);
        threads.setDaemon(true);
        Executor handlers = Executors.newVirtualThreadPerTaskExecutor();
        threads.setVirtualThreadsExecutor(handlers);
        this.server = new Server(threads);
        this.tls = tls(settings);
        this.connector = connector(settings, deadlines, handlers);
        server.addConnector(connector);
        server.addBean(new NetworkConnectionLimit(settings.connectionsMax(), connector));
        server.setErrorHandler(new JsonErrorHandler());
    }

    private ServerConnector connector(Settings settings, ConnectionDeadlines deadlines, Executor handlers) {
        HttpConfiguration http = new HttpConfiguration();
        http.setHttpCompliance(HttpCompliance.STRICT);
        http.setUriCompliance(UriCompliance.DEFAULT);
        http.setRequestHeaderSize(settings.headerBytes());
        // the cache probes long Authorization values, which never repeat usefully
        http.setHeaderCacheSize(0);
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        HttpConnectionFactory http1 = new HttpConnectionFactory(http);
        http1.setInputBufferSize(INPUT_BYTES);
        ConnectionFactory[] factories = {http1};
        if (tls != null) {
            http.addCustomizer(new SecureRequestCustomizer(false));
            factories = new ConnectionFactory[] {new SslConnectionFactory(tls, http1.getProtocol()), http1};
        }
        ByteBufferPool buffers = new ArrayByteBufferPool(0, BUFFER_STEP, BUFFER_POOLED_MAX);
        ServerConnector connector = new ServerConnector(server, null, null, buffers, -1, -1, factories) {
            @Override
            protected AgentEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
                AgentEndPoint endPoint = new AgentEndPoint(channel, selector, key, getScheduler(), handlers);
                endPoint.setIdleTimeout(getIdleTimeout());
                return endPoint;
            }
        };
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        connector.setIdleTimeout(settings.idleTimeout().toMillis());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        connector.addBean(deadlines);
        return connector;
    }

    private static SslContextFactory.@Nullable Server tls(Settings settings) throws IOException {
        Path certificate = settings.certificate();
        Path privateKey = settings.privateKey();
        if (certificate == null || privateKey == null) {
            return null;
        }
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setKeyStore(PemFiles.keyStore(certificate, privateKey));
        factory.setKeyStorePassword("");
        factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
        factory.setSniRequired(false);
        Path clientCa = settings.clientCa();
        if (clientCa != null) {
            factory.setTrustStore(PemFiles.trustStore(clientCa));
            // asked for, not demanded: who may come without one is the tokens' matter
            factory.setWantClientAuth(true);
        }
        return factory;
    }

    /**
     * Takes the port; connections wait until {@link #start}.
     *
     * @throws IOException if the address cannot be used; the message names it
     */
    public void open() throws IOException {
        try {
            connector.open();
        } catch (IOException failure) {
            throw new IOException(
                    "cannot listen on " + settings.host() + ":" + settings.port() + ": " + failure.getMessage()
                            + ". Does another process have the port (listen.port, admin.port)?",
                    failure);
        }
    }

    /** Sets what answers and begins to answer. */
    public void start(Routes table, Answers answers, RefusalListener refusals, EdgeForm form, CallIds ids)
            throws Exception {
        routes = table.all();
        EdgeGuard guard = new EdgeGuard(
                table, settings.hosts().apply(port()), settings.origins().apply(port()));
        server.setHandler(
                new GracefulHandler(new FrontDoor(guard, answers, deadlines, refusals, form, ids, nanoClock)));
        deadlines.start();
        server.start();
    }

    /**
     * What writes this port's answers.
     *
     * @param resourceMetadataUrl what a 401 refers to (RFC 9728, section 5.1); empty for none
     */
    public Answers answers(String resourceMetadataUrl, ScopeHint scopes, Answers.Dpop dpop, String serverInfo) {
        return new Answers(
                resourceMetadataUrl,
                scopes,
                dpop,
                serverInfo,
                deadlines,
                settings.answerTimeout().toNanos(),
                streams,
                nanoClock);
    }

    /** The table that is served; empty before {@link #start}. */
    public List<Routes.Route> routes() {
        return routes;
    }

    /** Number of open event streams. */
    public int openStreams() {
        return streams.size();
    }

    /** The port that is listened on. */
    public int port() {
        return connector.getLocalPort();
    }

    /**
     * Takes a new certificate and key; connections that stand keep the old ones.
     *
     * @throws IOException if the files do not hold what they should; the old ones stay in use
     */
    public void reloadTls() throws IOException {
        Path certificate = settings.certificate();
        Path privateKey = settings.privateKey();
        if (tls == null || certificate == null || privateKey == null) {
            return;
        }
        var keys = PemFiles.keyStore(certificate, privateKey);
        Path clientCa = settings.clientCa();
        var clients = clientCa == null ? null : PemFiles.trustStore(clientCa);
        try {
            tls.reload(factory -> {
                ((SslContextFactory.Server) factory).setKeyStore(keys);
                if (clients != null) {
                    factory.setTrustStore(clients);
                }
            });
        } catch (Exception failure) {
            throw new IOException("the new certificate cannot be used: " + certificate, failure);
        }
    }

    /** Stops taking connections and requests, ends open streams, and waits this long for requests under way. */
    public void drain(Duration longest) throws Exception {
        streams.drain();
        // Jetty gives a connection without traffic one second from here on, and a stream may have been quiet for longer
        streams.awaitNone(longest.compareTo(FAREWELL_MAX) < 0 ? longest : FAREWELL_MAX);
        server.setStopTimeout(longest.toMillis());
        server.stop();
    }

    @Override
    public void close() {
        streams.drain();
        deadlines.close();
        server.setStopTimeout(0);
        try {
            server.stop();
        } catch (Exception failure) {
            throw new IllegalStateException("the port could not be closed", failure);
        }
    }
}
