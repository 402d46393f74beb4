package dev.mcpgateway.connectors.net;

import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * One origin and the limits of its connections.
 *
 * @param origin where requests go
 * @param client which implementation
 * @param connectionsMax most connections at a time; further calls wait
 * @param connectTimeout longest wait for TCP and TLS
 * @param leaseTimeout longest wait for a free connection
 * @param idleMax how long an unused connection is kept
 * @param ageMax how old a connection gets before it is replaced, so that changed addresses are followed
 * @param trust trust anchors and client keys for TLS; the JDK's when absent
 */
public record HttpSettings(
        HttpOrigin origin,
        Client client,
        int connectionsMax,
        Duration connectTimeout,
        Duration leaseTimeout,
        Duration idleMax,
        Duration ageMax,
        Optional<SSLContext> trust) {

    /** The two implementations; {@code http_client} in the configuration. */
    public enum Client {
        /** The small own client: HTTP/1.1, one origin, least CPU. */
        LEAN,
        /** Apache HttpClient 5. */
        STANDARD
    }

    /** Enough for one gateway instance and few enough for a small upstream. */
    public static final int CONNECTIONS_DEFAULT = 256;

    /** A host that does not answer by then is down. */
    public static final Duration CONNECT_TIMEOUT_DEFAULT = Duration.ofSeconds(2);

    /** Longer queues hide an overloaded upstream. */
    public static final Duration LEASE_TIMEOUT_DEFAULT = Duration.ofSeconds(1);

    /** Below the keep-alive of common servers, except those that announce theirs, which is honoured. */
    public static final Duration IDLE_DEFAULT = Duration.ofSeconds(30);

    /** Bounds how long a moved name keeps its old address. */
    public static final Duration AGE_DEFAULT = Duration.ofMinutes(10);

    /** Checks the ranges. */
    public HttpSettings {
        if (connectionsMax < 1) {
            throw new IllegalArgumentException("at least one connection is needed");
        }
        for (Duration span : new Duration[] {connectTimeout, leaseTimeout, idleMax, ageMax}) {
            if (span.isNegative() || span.isZero()) {
                throw new IllegalArgumentException("connection time-outs must be positive");
            }
        }
    }

    /** All defaults. */
    public static HttpSettings of(HttpOrigin origin, Client client) {
        return new HttpSettings(
                origin,
                client,
                CONNECTIONS_DEFAULT,
                CONNECT_TIMEOUT_DEFAULT,
                LEASE_TIMEOUT_DEFAULT,
                IDLE_DEFAULT,
                AGE_DEFAULT,
                Optional.empty());
    }

    /** The same with another number of connections. */
    public HttpSettings withConnections(int most) {
        return new HttpSettings(origin, client, most, connectTimeout, leaseTimeout, idleMax, ageMax, trust);
    }

    /** The same with other trust anchors, or with a client certificate. */
    public HttpSettings withTrust(SSLContext context) {
        return new HttpSettings(
                origin, client, connectionsMax, connectTimeout, leaseTimeout, idleMax, ageMax, Optional.of(context));
    }
}
