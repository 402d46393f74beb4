package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** One answer on a leased connection. */
final class LeanExchange implements HttpExchange {
    /** How long a finished event stream may take to end itself before its connection is given up. */
    private static final Duration FINISH_TIMEOUT = Duration.ofMillis(250);

    /** What may still follow in a body that the caller is done with. */
    private static final int FINISH_BYTES_MAX = 16 * 1024;

    private final LeanPool pool;
    private final LeanConnection connection;
    private final ResponseHead head;
    private final LeanBody body;
    private final boolean reusable;
    private final AtomicBoolean over = new AtomicBoolean();

    LeanExchange(LeanPool pool, LeanConnection connection, ResponseHead head, LeanBody body, boolean written) {
        this.pool = pool;
        this.connection = connection;
        this.head = head;
        this.body = body;
        this.reusable = written && head.persistent();
    }

    @Override
    public int status() {
        return head.status();
    }

    @Override
    public Optional<String> header(String name) {
        return head.has(name) ? Optional.of(head.value(name)) : Optional.empty();
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public byte[] readAll(int bytesMax) throws HttpFault {
        return BoundedRead.all(body, bytesMax);
    }

    @Override
    public void until(Deadline deadline) {
        if (!over.get()) {
            connection.until(deadline);
        }
    }

    @Override
    public void beforeWaiting(Runnable then) {
        connection.beforeWaiting(then);
    }

    @Override
    public void close() {
        if (!over.compareAndSet(false, true)) {
            return;
        }
        connection.beforeWaiting(LeanConnection.NOTHING);
        if (!reusable || body.isComplete()) {
            finish();
        } else if (!connection.until(Deadline.after(FINISH_TIMEOUT, pool.time()))) {
            pool.discard(connection);
        } else if (body.endIsAtHand()) {
            finish();
        } else {
            // an event stream ends after its last event, but often not in the same packet
            Thread.ofVirtual().name("http-finish").start(this::finish);
        }
    }

    private void finish() {
        try {
            byte[] rest = new byte[1024];
            int left = FINISH_BYTES_MAX;
            while (reusable && left > 0 && !body.isComplete()) {
                left -= Math.max(0, body.read(rest, 0, rest.length));
            }
        } catch (IOException _) {
            // then it cannot be used again
        }
        if (reusable && body.isComplete()) {
            pool.release(connection, head);
        } else {
            pool.discard(connection);
        }
    }

    @Override
    public void cancel() {
        if (over.compareAndSet(false, true)) {
            connection.end(Kind.CANCELLED);
            pool.discard(connection);
        }
    }
}
