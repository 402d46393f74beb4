package dev.mcpgateway.connectors.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** A TCP or TLS server on a free loopback port that runs a script for each connection. */
public final class RawServer implements AutoCloseable {

    /** What to do with a connection. It is closed afterwards. */
    @FunctionalInterface
    public interface Script {
        /** Talks to the peer. */
        void run(RawConnection connection) throws Exception;
    }

    private final ServerSocket socket;
    private final Script script;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private RawServer(ServerSocket socket, Script script) {
        this.socket = socket;
        this.script = script;
        Thread.ofVirtual().name("raw-server").start(this::accept);
    }

    /** Starts in clear text on 127.0.0.1. */
    public static RawServer start(Script script) {
        try {
            return new RawServer(new ServerSocket(0, 64, InetAddress.ofLiteral("127.0.0.1")), script);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Starts with TLS on 127.0.0.1. */
    public static RawServer startTls(SSLContext context, Script script) {
        try {
            return new RawServer(
                    context.getServerSocketFactory().createServerSocket(0, 64, InetAddress.ofLiteral("127.0.0.1")),
                    script);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Starts with TLS on 127.0.0.1, for clients that show a certificate which the context trusts. */
    public static RawServer startMutualTls(SSLContext context, Script script) {
        try {
            SSLServerSocket socket = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 64, InetAddress.ofLiteral("127.0.0.1"));
            socket.setNeedClientAuth(true);
            return new RawServer(socket, script);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The port. */
    public int port() {
        return socket.getLocalPort();
    }

    /** How many connections were accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections are open now. */
    public int open() {
        return open.size();
    }

    /** Assertion errors thrown inside scripts; tests look here at their end. */
    public Queue<Throwable> failures() {
        return failures;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket peer = socket.accept();
                peer.setTcpNoDelay(true);
                accepted.incrementAndGet();
                open.add(peer);
                Thread.ofVirtual().name("raw-connection").start(() -> serve(peer));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket peer) {
        try (peer) {
            script.run(new RawConnection(peer));
        } catch (IOException | InterruptedException | UncheckedIOException gone) {
            // the peer left in the middle: many scripts want just that
        } catch (Exception | AssertionError failed) {
            failures.add(failed);
        } finally {
            open.remove(peer);
        }
    }

    /** Closes the server and all its connections. */
    @Override
    public void close() {
        try {
            socket.close();
            for (Socket peer : open) {
                peer.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
