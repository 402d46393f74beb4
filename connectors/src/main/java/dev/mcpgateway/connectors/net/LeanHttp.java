package dev.mcpgateway.connectors.net;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * The lean client: HTTP/1.1 over pooled connections to one origin, read strictly, a request written once. It exists
 * because the general client costs a third of a call's CPU budget; it does nothing that MCP does not need.
 */
final class LeanHttp implements HttpTransport {
    /** Up to this size head and body go out in one write. */
    private static final int ONE_WRITE_BYTES_MAX = 64 * 1024;

    /** Methods whose requests say the length of their body even if they have none (RFC 9110 section 8.6). */
    private static final Set<String> EXPECTING_BODY = Set.of("POST", "PUT", "PATCH");

    private final LeanPool pool;
    private final DeadlineSweeper sweeper;
    private final String hostLines;

    LeanHttp(HttpSettings settings, OutboundGuard guard, DeadlineSweeper sweeper) {
        this.pool = new LeanPool(settings, new LeanConnector(settings, guard, sweeper.time()), sweeper.time());
        this.sweeper = sweeper;
        this.hostLines = " HTTP/1.1\r\nHost: " + settings.origin().authority() + "\r\nAccept-Encoding: identity\r\n";
        sweeper.watch(pool);
    }

    @Override
    public HttpExchange send(HttpCall call) throws HttpFault {
        LeanConnection connection = pool.lease(call.deadline());
        boolean answered = false;
        try {
            LeanExchange exchange = exchange(connection, call);
            answered = true;
            return exchange;
        } finally {
            if (!answered) {
                pool.discard(connection);
            }
        }
    }

    private LeanExchange exchange(LeanConnection connection, HttpCall call) throws HttpFault {
        byte[] head = head(call);
        boolean written;
        if (head.length + call.body().length <= ONE_WRITE_BYTES_MAX) {
            byte[] all = Arrays.copyOf(head, head.length + call.body().length);
            System.arraycopy(call.body(), 0, all, head.length, call.body().length);
            written = connection.write(all, new byte[0]);
        } else {
            written = connection.write(head, call.body());
        }
        // a peer that refuses early has answered before it stopped reading
        ResponseHead answer = connection.readHead();
        LeanBody body = connection.faulting(() -> LeanBody.of(connection, answer, call.replyBytesMax()));
        return new LeanExchange(pool, connection, answer, body, written);
    }

    private byte[] head(HttpCall call) {
        StringBuilder head = new StringBuilder(512);
        head.append(call.method()).append(' ').append(call.target()).append(hostLines);
        if (call.body().length > 0 || EXPECTING_BODY.contains(call.method())) {
            head.append("Content-Length: ").append(call.body().length).append("\r\n");
        }
        for (HttpHeader header : call.headers()) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        sweeper.forget(pool);
        pool.close();
    }
}
