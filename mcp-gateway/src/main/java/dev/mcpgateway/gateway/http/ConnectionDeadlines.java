package dev.mcpgateway.gateway.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose TLS handshake, request headers or answers take too long. An idle timeout starts anew with each byte, so a
 * peer that sends or takes one byte at a time holds a connection for ever; here the time runs from the first byte.
 *
 * <p>A request costs two volatile writes; one thread looks at all connections every {@value #SWEEP_MILLIS} ms, so a
 * deadline is kept to within that, and a call is watched for the agent's leaving when it lasts longer than that.
 */
final class ConnectionDeadlines implements Connection.Listener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionDeadlines.class);
    private static final long SWEEP_MILLIS = 200;

    private final long headerNanos;
    private final long answerNanos;
    private final LongSupplier nanoClock;
    private final Map<Connection, Times> connections = new ConcurrentHashMap<>();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("connection-deadlines").daemon().factory());

    /** What one connection is doing. Written by its own thread and the sweeper. */
    private static final class Times {
        private static final long NOT = Long.MIN_VALUE;

        private volatile boolean handling;
        private volatile long bytesAtRest;
        private volatile long answeringSince = NOT;
        private long headersSince = NOT;
    }

    ConnectionDeadlines(Duration header, Duration answer, LongSupplier nanoClock) {
        this.headerNanos = header.toNanos();
        this.answerNanos = answer.toNanos();
        this.nanoClock = nanoClock;
    }

    void start() {
        var _ = sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onOpened(Connection connection) {
        connections.put(connection, new Times());
        if (connection instanceof SslConnection tls) {
            // its bytes are those of all requests, of which the connection above knows when they begin and end
            tls.addHandshakeListener(new SslHandshakeListener() {
                @Override
                public void handshakeSucceeded(Event event) {
                    connections.remove(tls);
                }
            });
        }
    }

    @Override
    public void onClosed(Connection connection) {
        connections.remove(connection);
    }

    /** The headers of a request are complete. The returned callback ends the request. */
    Callback handling(Connection connection, Callback callback) {
        Times times = connections.get(connection);
        if (times == null) {
            return callback;
        }
        times.handling = true;
        return Callback.from(
                () -> {
                    atRest(connection, times);
                    callback.succeeded();
                },
                failure -> {
                    atRest(connection, times);
                    callback.failed(failure);
                });
    }

    private static void atRest(Connection connection, Times times) {
        times.answeringSince = Times.NOT;
        times.bytesAtRest = connection.getBytesIn();
        times.handling = false;
    }

    /** A write towards the peer begins; it must be taken within the answer deadline. */
    void answering(Connection connection) {
        Times times = connections.get(connection);
        if (times != null) {
            times.answeringSince = nanoClock.getAsLong();
        }
    }

    /** The write was taken; more may follow much later, as in a stream of events. */
    void answered(Connection connection) {
        Times times = connections.get(connection);
        if (times != null) {
            times.answeringSince = Times.NOT;
        }
    }

    private void sweep() {
        long now = nanoClock.getAsLong();
        connections.forEach((connection, times) -> {
            try {
                if (isOverdue(connection, times, now)) {
                    LOG.debug("closing an overdue connection");
                    connection.getEndPoint().close();
                } else if (times.handling) {
                    AgentEndPoint.of(connection.getEndPoint()).seen();
                }
            } catch (RuntimeException | Error failure) {
                // what is thrown from here would end the deadlines of all connections
                LOG.warn("cannot check a connection", failure);
            }
        });
    }

    private boolean isOverdue(Connection connection, Times times, long now) {
        if (times.handling) {
            times.headersSince = Times.NOT;
            long since = times.answeringSince;
            return since != Times.NOT && now - since > answerNanos;
        }
        if (connection.getBytesIn() == times.bytesAtRest) {
            times.headersSince = Times.NOT;
            return false;
        }
        if (times.headersSince == Times.NOT) {
            times.headersSince = now;
        }
        return now - times.headersSince > headerNanos;
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
    }
}
