package dev.mcpgateway.gateway.http;

import dev.mcpgateway.gateway.call.Reason;
import dev.mcpgateway.gateway.call.Refusal;
import dev.mcpgateway.gateway.call.Refused;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads a request body whole, within a number of bytes and an absolute time. Jetty's own data-rate guard divides by the
 * life of the connection, so it never fires on a warm server, and its size guard throws inside the read; hence this one.
 */
public final class BoundedBody {
    private static final int FIRST_BUFFER_BYTES = 4096;

    /** A longer body has its memory as it comes: a length costs who says it nothing. */
    private static final int TAKEN_AT_ITS_WORD_BYTES = 64 * 1024;

    private final int bytesMax;
    private final Duration deadline;
    private final LongSupplier nanoClock;

    /** Bodies of at most so many bytes, within so much time. */
    public BoundedBody(int bytesMax, Duration deadline, LongSupplier nanoClock) {
        this.bytesMax = bytesMax;
        this.deadline = deadline;
        this.nanoClock = nanoClock;
    }

    /**
     * The whole body.
     *
     * @throws Refused when it is longer than the bound, not complete in time, or broken on the way; the connection is not
     *     used again then
     */
    public byte[] read(Exchange exchange) {
        Request request = exchange.request();
        long declared = request.getLength();
        if (declared > bytesMax) {
            throw refused(exchange, Refusal.saying(Reason.TOO_LARGE, "at most " + bytesMax + " bytes"));
        }
        int most = declared >= 0 ? (int) declared : bytesMax;
        byte[] body = new byte[Math.min(most, declared >= 0 ? TAKEN_AT_ITS_WORD_BYTES : FIRST_BUFFER_BYTES)];
        int filled = 0;
        long giveUpAt = nanoClock.getAsLong() + deadline.toNanos();
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                await(exchange, giveUpAt);
                continue;
            }
            if (Content.Chunk.isFailure(chunk)) {
                throw refused(exchange, Refusal.of(Reason.BROKEN_BODY));
            }
            ByteBuffer buffer = chunk.getByteBuffer();
            int length = buffer.remaining();
            if (length > bytesMax - filled) {
                chunk.release();
                throw refused(exchange, Refusal.saying(Reason.TOO_LARGE, "at most " + bytesMax + " bytes"));
            }
            if (filled + length > body.length) {
                body = Arrays.copyOf(body, Math.min(most, Math.max(body.length * 2, filled + length)));
            }
            buffer.get(body, filled, length);
            filled += length;
            boolean last = chunk.isLast();
            chunk.release();
            if (last) {
                return filled == body.length ? body : Arrays.copyOf(body, filled);
            }
        }
    }

    private void await(Exchange exchange, long giveUpAt) {
        CountDownLatch available = new CountDownLatch(1);
        exchange.request().demand(available::countDown);
        try {
            if (!available.await(giveUpAt - nanoClock.getAsLong(), TimeUnit.NANOSECONDS)) {
                throw refused(exchange, Refusal.of(Reason.TOO_SLOW));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw refused(exchange, Refusal.of(Reason.BROKEN_BODY));
        }
    }

    private static Refused refused(Exchange exchange, Refusal why) {
        exchange.response().getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        return new Refused(why);
    }
}
