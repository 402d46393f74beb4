package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Makes connections: guarded name resolution, TCP to what the guard returned, TLS with the host name verified. */
final class LeanConnector {
    /** Less is too little for a far address. */
    private static final Duration SHARE_MIN = Duration.ofMillis(250);

    private final HttpSettings settings;
    private final GuardedLookup lookup;
    private final TimeSource time;
    private final @Nullable SSLContext tls;

    LeanConnector(HttpSettings settings, OutboundGuard guard, TimeSource time) {
        this.settings = settings;
        this.lookup = new GuardedLookup(guard, time);
        this.time = time;
        this.tls = settings.origin().secure() ? trust(settings) : null;
    }

    private static SSLContext trust(HttpSettings settings) {
        try {
            return settings.trust().isPresent() ? settings.trust().get() : SSLContext.getDefault();
        } catch (NoSuchAlgorithmException broken) {
            throw new IllegalStateException("this Java installation has no TLS", broken);
        }
    }

    /**
     * Connects.
     *
     * @param started is given the connection before its TLS handshake, so that its deadline is watched
     */
    LeanConnection connect(Deadline deadline, Consumer<LeanConnection> started) throws HttpFault {
        Deadline connectBy = deadline.orEarlier(Deadline.after(settings.connectTimeout(), time));
        SocketChannel channel = tcp(lookup.resolve(settings.origin().host(), connectBy), connectBy);
        LeanConnection connection = new LeanConnection(channel, connectBy, time.nanos());
        started.accept(connection);
        try {
            if (tls != null) {
                connection.secure(client(tls, channel));
            }
            if (!connection.until(deadline)) {
                throw new IOException("closed");
            }
            return connection;
        } catch (IOException failed) {
            connection.end(Kind.BROKEN);
            throw notConnected("TLS failed: certificate, host name or protocol version", failed);
        }
    }

    /** Each address gets its share of the time: one that answers nothing must not keep the next from being asked. */
    private SocketChannel tcp(List<InetAddress> addresses, Deadline connectBy) throws HttpFault {
        IOException last = new IOException("no address");
        int left = addresses.size();
        for (InetAddress address : addresses) {
            Duration share = Duration.ofNanos(connectBy.remainingNanos(time)).dividedBy(left--);
            try {
                return tcp(
                        new InetSocketAddress(address, settings.origin().port()),
                        connectBy.orEarlier(Deadline.after(atLeast(SHARE_MIN, share), time)));
            } catch (IOException failed) {
                last = failed;
                if (connectBy.isOver(time) || Thread.currentThread().isInterrupted()) {
                    break;
                }
            }
        }
        throw notConnected("no connection: refused or no answer", last);
    }

    private static Duration atLeast(Duration least, Duration span) {
        return span.compareTo(least) < 0 ? least : span;
    }

    private SocketChannel tcp(InetSocketAddress address, Deadline connectBy) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.socket().connect(address, connectBy.remainingMillis(time, settings.connectTimeout()));
            return channel;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    private SSLSocket client(SSLContext context, SocketChannel channel) throws IOException {
        HttpOrigin origin = settings.origin();
        SSLSocket socket = (SSLSocket)
                context.getSocketFactory().createSocket(channel.socket(), origin.host(), origin.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        socket.setSSLParameters(parameters);
        return socket;
    }

    private HttpFault notConnected(String message, IOException cause) {
        if (Thread.currentThread().isInterrupted()) {
            return new HttpFault(Kind.CANCELLED, false, "cancelled", null);
        }
        return new HttpFault(Kind.NOT_CONNECTED, false, settings.origin() + ": " + message, cause);
    }
}
