package dev.mcpgateway.connectors.net;

import dev.mcpgateway.connectors.net.HttpFault.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One TCP or TLS connection and the deadline of whatever it does: a call's, or that of being idle. The deadline lives
 * here as a plain number that {@link DeadlineSweeper} compares, so that a call sets no timer. One thread at a time uses a
 * connection; {@link #end} and {@link #endIfOverdue} may come from any.
 */
final class LeanConnection {
    private static final VarHandle DEADLINE;
    private static final long CLOSED = Long.MIN_VALUE;

    /** What most readers do before they wait. */
    static final Runnable NOTHING = () -> {};

    private static final int BUFFER_BYTES = 8 * 1024;

    /** Interim answers (103 and the like) before the final one; more is a way to keep us busy. */
    private static final int INTERIM_MAX = 8;

    static {
        try {
            DEADLINE = MethodHandles.lookup().findVarHandle(LeanConnection.class, "deadline", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final SocketChannel channel;
    private final ByteBuffer probe = ByteBuffer.allocate(1);
    private final long openedNanos;
    private InputStream in;
    private OutputStream out;
    private byte[] buffer = new byte[BUFFER_BYTES];
    private int next;
    private int filled;
    private boolean sent;
    private Runnable beforeWaiting = NOTHING;
    private volatile long deadline;
    private volatile @Nullable Kind ended;

    LeanConnection(SocketChannel channel, Deadline deadline, long openedNanos) {
        this.channel = channel;
        this.deadline = deadline.nanos();
        this.openedNanos = openedNanos;
        this.in = new ChannelInput(channel);
        this.out = new ChannelOutput(channel);
    }

    /** Speaks TLS from now on. */
    void secure(SSLSocket socket) throws IOException {
        socket.startHandshake();
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    /** An input or output step. */
    @FunctionalInterface
    interface Step<T> {
        /** Does it. */
        T run() throws IOException;
    }

    /** Does a step; whatever ends it also ends the connection and comes out as a fault of the right kind. */
    <T> T faulting(Step<T> step) throws HttpFault {
        try {
            return step.run();
        } catch (HttpFault fault) {
            end(Kind.BROKEN);
            throw fault;
        } catch (IOException broken) {
            throw fault(broken);
        }
    }

    private HttpFault fault(IOException broken) {
        Kind first = ended;
        end(Kind.BROKEN);
        if (first == Kind.DEADLINE) {
            return new HttpFault(Kind.DEADLINE, sent, "no complete answer within the time allowed", null);
        }
        if (first == Kind.CANCELLED || Thread.currentThread().isInterrupted()) {
            return new HttpFault(Kind.CANCELLED, sent, "cancelled", null);
        }
        return new HttpFault(Kind.BROKEN, sent, "the connection broke before the answer was complete", broken);
    }

    static EOFException cut() {
        return new EOFException("the peer closed the connection");
    }

    /** Takes an idle connection into use. False if it is closed, or has bytes or an end that nobody asked for. */
    boolean reuse(Deadline next) {
        long idle = deadline;
        if (idle == CLOSED || !DEADLINE.compareAndSet(this, idle, next.nanos()) || isStale()) {
            return false;
        }
        sent = false;
        return true;
    }

    private boolean isStale() {
        if (next != filled) {
            return true;
        }
        try {
            // for a virtual thread the channel is non-blocking underneath, so this is one read call
            channel.configureBlocking(false);
            probe.clear();
            int read = channel.read(probe);
            channel.configureBlocking(true);
            return read != 0;
        } catch (IOException closed) {
            return true;
        }
    }

    /** Moves the deadline. False if the connection is closed already. */
    boolean until(Deadline next) {
        long current = deadline;
        return current != CLOSED && DEADLINE.compareAndSet(this, current, next.nanos());
    }

    boolean isOlderThan(long nanos, long now) {
        return now - openedNanos > nanos;
    }

    /** Ends the connection if its deadline is before {@code now}. True if it did. */
    boolean endIfOverdue(long now) {
        long current = deadline;
        boolean overdue = current != CLOSED && current != Deadline.NEVER.nanos() && current - now < 0;
        if (overdue && DEADLINE.compareAndSet(this, current, CLOSED)) {
            ended = Kind.DEADLINE;
            closeChannel();
            return true;
        }
        return false;
    }

    /** Closes the connection; a thread blocked on it wakes up. The first reason is kept. */
    void end(Kind reason) {
        if ((long) DEADLINE.getAndSet(this, CLOSED) != CLOSED) {
            ended = reason;
        }
        closeChannel();
    }

    private void closeChannel() {
        try {
            // not the TLS socket: its close would wait for the peer
            channel.close();
        } catch (IOException ignored) {
            // closed is all that is wanted
        }
    }

    /** Writes a request. True if an answer may follow; an answer that came before the end of a failed write counts. */
    boolean write(byte[] head, byte[] body) throws HttpFault {
        try {
            sent = true;
            out.write(head);
            if (body.length > 0) {
                out.write(body);
            }
            out.flush();
            return true;
        } catch (IOException broken) {
            if (ended != null || Thread.currentThread().isInterrupted()) {
                throw fault(broken);
            }
            return false;
        }
    }

    /** Reads the head of the final answer. */
    ResponseHead readHead() throws HttpFault {
        return faulting(() -> {
            for (int interim = 0; interim <= INTERIM_MAX; interim++) {
                ResponseHead head = oneHead();
                if (head.status() == 101) {
                    throw HttpFault.malformed("a switch of protocols that was not asked for");
                }
                if (!head.isInterim()) {
                    return head;
                }
            }
            throw HttpFault.malformed("more than " + INTERIM_MAX + " interim answers");
        });
    }

    private ResponseHead oneHead() throws IOException {
        int scanned = next;
        while (true) {
            int end = ResponseHead.end(buffer, scanned, filled);
            if (end - next > ResponseHead.BYTES_MAX || (end < 0 && filled - next > ResponseHead.BYTES_MAX)) {
                throw HttpFault.malformed("a head longer than " + ResponseHead.BYTES_MAX + " bytes");
            }
            if (end >= 0) {
                ResponseHead head = ResponseHead.parse(buffer, next, end);
                next = end;
                return head;
            }
            scanned = filled - next;
            makeRoom();
            if (!fill()) {
                throw cut();
            }
        }
    }

    private void makeRoom() {
        System.arraycopy(buffer, next, buffer, 0, filled - next);
        filled -= next;
        next = 0;
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, buffer.length * 2);
        }
    }

    /** Runs this before each read from the channel; of the reading thread. */
    void beforeWaiting(Runnable then) {
        beforeWaiting = then;
    }

    private boolean fill() throws IOException {
        beforeWaiting.run();
        int read = in.read(buffer, filled, buffer.length - filled);
        filled += Math.max(0, read);
        return read > 0;
    }

    /** One byte of the body; the end of the connection is a cut. */
    int readByte() throws IOException {
        if (next == filled && !refill()) {
            throw cut();
        }
        return buffer[next++] & 0xFF;
    }

    /** Some bytes of the body, or -1 at the end of the connection. */
    int read(byte[] target, int offset, int length) throws IOException {
        if (next == filled) {
            if (length >= BUFFER_BYTES) {
                beforeWaiting.run();
                return in.read(target, offset, length);
            }
            if (!refill()) {
                return -1;
            }
        }
        int read = Math.min(length, filled - next);
        System.arraycopy(buffer, next, target, offset, read);
        next += read;
        return read;
    }

    private boolean refill() throws IOException {
        next = 0;
        filled = 0;
        return fill();
    }

    /** Whether the last chunk, without trailers, stands in the buffer. */
    boolean holdsLastChunk() {
        byte[] last = {'0', '\r', '\n', '\r', '\n'};
        int from = filled - last.length;
        return from >= next && Arrays.equals(buffer, from, filled, last, 0, last.length);
    }

    private static final class ChannelInput extends InputStream {
        private final SocketChannel channel;

        ChannelInput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("reads are bulk reads");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(target, offset, length));
        }
    }

    private static final class ChannelOutput extends OutputStream {
        private final SocketChannel channel;

        ChannelOutput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException("writes are bulk writes");
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }
}
