package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.jspecify.annotations.Nullable;

/** A request of {@link ApacheHttp} under way: its deadline, and why it was ended if it was. */
final class ApacheRequest {
    private final HttpUriRequestBase request;
    private final AtomicReference<@Nullable Kind> ended = new AtomicReference<>();
    private volatile long deadlineNanos;
    private volatile boolean sent;

    ApacheRequest(HttpUriRequestBase request, long deadlineNanos) {
        this.request = request;
        this.deadlineNanos = deadlineNanos;
    }

    HttpUriRequestBase request() {
        return request;
    }

    void markSent() {
        sent = true;
    }

    void until(Deadline deadline) {
        deadlineNanos = deadline.nanos();
    }

    void endIfOverdue(long nowNanos) {
        long deadline = deadlineNanos;
        if (deadline != Deadline.NEVER.nanos() && deadline - nowNanos < 0) {
            end(Kind.DEADLINE);
        }
    }

    /** Closes the connection; a thread blocked on it wakes up. The first reason is kept. */
    void end(Kind reason) {
        ended.compareAndSet(null, reason);
        request.cancel();
    }

    /** What a failure of the library means. */
    HttpFault fault(IOException failed) {
        Kind reason = ended.get();
        if (reason == Kind.DEADLINE) {
            return new HttpFault(Kind.DEADLINE, sent, "no complete answer within the time allowed", null);
        }
        if (reason != null || Thread.currentThread().isInterrupted()) {
            return new HttpFault(Kind.CANCELLED, sent, "cancelled", null);
        }
        return switch (failed) {
            case HttpFault fault -> fault;
            case UnknownHostException unknown when unknown.getCause() instanceof HttpFault fault -> fault;
            case ConnectionRequestTimeoutException _ ->
                new HttpFault(Kind.NO_CONNECTION_FREE, false, "all connections in use", null);
            case MalformedChunkCodingException malformed -> malformed(malformed);
            case MessageConstraintException malformed -> malformed(malformed);
            case ClientProtocolException malformed -> malformed(malformed);
            default ->
                sent
                        ? new HttpFault(
                                Kind.BROKEN, true, "the connection broke before the answer was complete", failed)
                        : new HttpFault(Kind.NOT_CONNECTED, false, "no connection: refused, no answer, or TLS", failed);
        };
    }

    private HttpFault malformed(IOException cause) {
        String what = cause.getCause() instanceof ProtocolException ? "protocol violation" : "framing";
        return new HttpFault(Kind.MALFORMED, sent, "malformed answer: " + what, cause);
    }
}
