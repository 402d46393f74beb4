package dev.mcpgateway.connectors.net;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that did not come to its end. The message is for operators: it names the cause and never quotes what the
 * peer sent.
 */
public final class HttpFault extends IOException {
    private static final long serialVersionUID = 1L;

    /** What callers tell apart. */
    public enum Kind {
        /** The target's name does not resolve, or to an address that the outbound rules do not allow. */
        BLOCKED,
        /** No connection (refused, connect time-out, TLS). Nothing was sent. */
        NOT_CONNECTED,
        /** All connections to this origin are in use and none became free in time. Nothing was sent. */
        NO_CONNECTION_FREE,
        /** The connection broke after the request was, at least in part, on its way. */
        BROKEN,
        /** The absolute deadline passed. */
        DEADLINE,
        /** Cancelled by {@link HttpExchange#cancel()} or by an interrupt. */
        CANCELLED,
        /** The peer's answer breaks HTTP/1.1 as this client reads it. */
        MALFORMED,
        /** The answer is longer than allowed. */
        TOO_LARGE
    }

    private final Kind kind;
    private final boolean sent;

    /**
     * A fault.
     *
     * @param sent whether bytes of the request may have reached the peer
     */
    public HttpFault(Kind kind, boolean sent, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.sent = sent;
    }

    /** The kind. */
    public Kind kind() {
        return kind;
    }

    /** Whether bytes of the request may have reached the peer, so that the tool may have run. */
    public boolean sent() {
        return sent;
    }

    static HttpFault malformed(String message) {
        return new HttpFault(Kind.MALFORMED, true, "malformed answer: " + message, null);
    }

    static HttpFault tooLarge(String what, long bytesMax) {
        return new HttpFault(Kind.TOO_LARGE, true, what + " longer than " + bytesMax + " bytes", null);
    }

    /** A fault is an expected outcome: no stack trace, so that a dead upstream costs little. */
    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
