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
    private final BodyMemory memory;

    /** Bodies of at most so many bytes, within so much time, which are few or short enough to be held without a bound. */
    public BoundedBody(int bytesMax, Duration deadline, LongSupplier nanoClock) {
        this(bytesMax, deadline, nanoClock, new BodyMemory(Long.MAX_VALUE, Long.MAX_VALUE));
    }

    /** Bodies of at most so many bytes, within so much time, as far as there is room for them. */
    public BoundedBody(int bytesMax, Duration deadline, LongSupplier nanoClock, BodyMemory memory) {
        this.bytesMax = bytesMax;
        this.deadline = deadline;
        this.nanoClock = nanoClock;
        this.memory = memory;
    }

    /** The whole body of nobody in particular, as {@link #read(Exchange, String)} gives it. */
    public byte[] read(Exchange exchange) {
        return read(exchange, "");
    }

    /**
     * The whole body. What its buffer takes counts as this caller's from before it is there to the end of the request.
     *
     * @throws Refused when it is longer than the bound, not complete in time, or broken on the way; the connection is not
     *     used again then. And when there is no room for it: what still comes is dropped, and the next request served
     */
    public byte[] read(Exchange exchange, String callerKey) {
        Request request = exchange.request();
        long declared = request.getLength();
        if (declared > bytesMax) {
            throw refused(exchange, Refusal.saying(Reason.TOO_LARGE, "at most " + bytesMax + " bytes"));
        }
        int most = declared >= 0 ? (int) declared : bytesMax;
        int first = Math.min(most, declared >= 0 ? TAKEN_AT_ITS_WORD_BYTES : FIRST_BUFFER_BYTES);
        exchange.heldBody().resize(memory, callerKey, first);
        byte[] body = new byte[first];
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
            boolean last = chunk.isLast();
            try {
                ByteBuffer buffer = chunk.getByteBuffer();
                int length = buffer.remaining();
                if (length > bytesMax - filled) {
                    throw refused(exchange, Refusal.saying(Reason.TOO_LARGE, "at most " + bytesMax + " bytes"));
                }
                if (filled + length > body.length) {
                    int longer = Math.min(most, Math.max(body.length * 2, filled + length));
                    exchange.heldBody().resize(memory, callerKey, longer);
                    body = Arrays.copyOf(body, longer);
                }
                buffer.get(body, filled, length);
                filled += length;
            } finally {
                chunk.release();
            }
            if (last) {
                return filled == body.length ? body : cut(exchange, callerKey, body, filled);
            }
        }
    }

    private byte[] cut(Exchange exchange, String callerKey, byte[] body, int filled) {
        byte[] whole = Arrays.copyOf(body, filled);
        exchange.heldBody().resize(memory, callerKey, filled);
        return whole;
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
