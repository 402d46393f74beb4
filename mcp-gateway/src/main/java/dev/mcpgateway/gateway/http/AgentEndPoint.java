package dev.mcpgateway.gateway.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One connection's socket, which tells when the agent leaves while its request is handled. Jetty reads a connection only
 * when it wants bytes of it, so during a call it sees neither a close nor a reset. Nor can Java look at a socket without
 * reading it: here the selector watches the socket of a long call, and what comes in the meantime, such as the next
 * request, is kept and handed out by the next {@link #fill} in its order.
 *
 * <p>An agent that ends its output but still reads counts as gone, since nothing tells the two apart. At most
 * {@value #AHEAD_BYTES_MAX} bytes are kept; of an agent that sends more ahead of its answer nobody knows whether it is
 * there. TLS is above this: its end, with or without a farewell, is an end of the socket, too.
 */
final class AgentEndPoint extends SocketChannelEndPoint {
    private static final int AHEAD_BYTES_MAX = 4096;

    private final Executor executor;

    // all guarded by this
    private @Nullable ByteBuffer ahead;
    private @Nullable Thread handling;
    private long calls;
    private long callsSeen;
    private boolean watching;

    AgentEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler, Executor executor) {
        super(channel, selector, key, scheduler);
        this.executor = executor;
    }

    /** The socket below an end point of a port; TLS is one above it. */
    static AgentEndPoint of(EndPoint endPoint) {
        EndPoint socket = endPoint instanceof EndPoint.Wrapper tls ? tls.unwrap() : endPoint;
        if (socket instanceof AgentEndPoint agent) {
            return agent;
        }
        throw new IllegalArgumentException("no socket of an agent: " + socket.getClass());
    }

    /**
     * Runs a call on this thread, and interrupts it when the agent leaves. Later the thread is not interrupted any more,
     * and has no interrupt left.
     *
     * @param atOnce whether to watch from the beginning; else from the second {@link #seen} on, so that a short call
     *     costs no more than two locks
     */
    <T extends @Nullable Object> T whileThere(Supplier<T> call, boolean atOnce) {
        Thread outer = begin(Thread.currentThread(), atOnce);
        try {
            return call.get();
        } finally {
            end(outer);
            Thread.interrupted();
        }
    }

    private synchronized @Nullable Thread begin(Thread self, boolean atOnce) {
        Thread outer = self.equals(handling) ? self : null;
        handling = self;
        calls++;
        if (atOnce) {
            watch();
        }
        return outer;
    }

    private synchronized void end(@Nullable Thread outer) {
        // unless the connection is already at its next request, on another thread
        if (Thread.currentThread().equals(handling)) {
            handling = outer;
            watching &= outer != null;
        }
    }

    /** Told from time to time: a call that was there the last time is watched from now on. */
    synchronized void seen() {
        if (handling == null) {
            return;
        }
        if (calls == callsSeen) {
            watch();
        }
        callsSeen = calls;
    }

    private void watch() {
        if (!watching) {
            watching = true;
            awaitReadable();
        }
    }

    private void awaitReadable() {
        if (ahead == null || ahead.hasRemaining()) {
            super.needsFillInterest();
        }
    }

    /** On the selector's thread: nothing here waits. */
    @Override
    public @Nullable Runnable onSelected() {
        Runnable task = super.onSelected();
        look();
        return task;
    }

    private synchronized void look() {
        if (!watching || isFillInterested() || !isOpen()) {
            return;
        }
        if (ahead == null) {
            ahead = ByteBuffer.allocate(AHEAD_BYTES_MAX);
        }
        if (isGone(ahead)) {
            watching = false;
            if (handling != null) {
                handling.interrupt();
            }
        } else {
            awaitReadable();
        }
        if (ahead.position() == 0) {
            ahead = null;
        } else if (isFillInterested()) {
            // someone began to wait for what was just taken
            executor.execute(getFillInterest()::fillable);
        }
    }

    private boolean isGone(ByteBuffer ahead) {
        try {
            return ahead.hasRemaining() && getChannel().read(ahead) < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public synchronized int fill(ByteBuffer buffer) throws IOException {
        // a request that was sent ahead of a close is not begun any more
        if (ahead == null || !isOpen()) {
            return super.fill(buffer);
        }
        int at = BufferUtil.flipToFill(buffer);
        ahead.flip();
        int filled = BufferUtil.put(ahead, buffer);
        ahead.compact();
        BufferUtil.flipToFlush(buffer, at);
        if (ahead.position() == 0) {
            ahead = null;
        }
        notIdle();
        return filled;
    }

    @Override
    protected synchronized void needsFillInterest() {
        if (ahead == null) {
            super.needsFillInterest();
        } else {
            executor.execute(getFillInterest()::fillable);
        }
    }
}
