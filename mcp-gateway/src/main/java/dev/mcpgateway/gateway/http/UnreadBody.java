package dev.mcpgateway.gateway.http;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Ends a request that was refused before its body was read: what still comes is taken and dropped, as RFC 9112, section
 * 9.6, asks of a server that closes. A connection that is closed with bytes unread is reset, and a reset can take the
 * answer away from an agent that still writes: it sees a broken connection and asks again, and does not learn that its
 * token expired or that its body is too long.
 *
 * <p>For at most {@value #BYTES_MAX} bytes, and within the time in which an agent must take an answer.
 */
final class UnreadBody implements Callback {
    private static final long BYTES_MAX = 64L << 20;

    private final Request request;
    private final Response response;
    private final ConnectionDeadlines deadlines;
    private final Callback end;
    private long dropped;

    UnreadBody(Request request, Response response, ConnectionDeadlines deadlines, Callback end) {
        this.request = request;
        this.response = response;
        this.deadlines = deadlines;
        this.end = end;
    }

    @Override
    public void succeeded() {
        // what came too slowly is not waited for again
        boolean isGivenUp = response.getStatus() == HttpStatus.REQUEST_TIMEOUT_408;
        if (isGivenUp || HttpStatus.isSuccess(response.getStatus())) {
            end.succeeded();
        } else {
            deadlines.answering(request.getConnectionMetaData().getConnection());
            drop();
        }
    }

    private void drop() {
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                awaitMore();
                return;
            }
            boolean last = chunk.isLast();
            dropped += chunk.remaining();
            chunk.release();
            if (last || Content.Chunk.isFailure(chunk) || dropped > BYTES_MAX) {
                end.succeeded();
                return;
            }
        }
    }

    private void awaitMore() {
        try {
            request.demand(this::drop);
        } catch (RuntimeException awaited) {
            // by who read the body, and was interrupted
            end.succeeded();
        }
    }

    @Override
    public void failed(Throwable cause) {
        end.failed(cause);
    }
}
