package dev.mcpgateway.gateway.model;

import dev.mcpgateway.connectors.model.ModelReply;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Attempts of one call that are under way at the same time. Each is waited for by a thread of its own, which does nothing
 * else; what comes of it is the call's to note, on its one thread. An interrupt of that thread ends them all. Closing it ends
 * who is still under way, and waits for that.
 */
final class Race implements AutoCloseable {
    private final Map<Turn, Thread> running = new LinkedHashMap<>();
    private final BlockingQueue<Arrival> arrived = new LinkedBlockingQueue<>();

    /** What came of an attempt: a reply, or a bug. */
    private record Arrival(
            Turn turn, @Nullable ModelReply reply, @Nullable Throwable bug) {}

    /**
     * What came of an attempt.
     *
     * @param reply is the taker's to close
     */
    record Arrived(Turn turn, ModelReply reply) {}

    /** Begins to ask. */
    void begin(Turn turn, Supplier<ModelReply> asks) {
        running.put(turn, Thread.ofVirtual().name("model-attempt").start(() -> arrived.add(arrival(turn, asks))));
    }

    private static Arrival arrival(Turn turn, Supplier<ModelReply> asks) {
        try {
            return new Arrival(turn, asks.get(), null);
        } catch (RuntimeException | Error bug) {
            return new Arrival(turn, null, bug);
        }
    }

    /** Whether nobody is under way. */
    boolean isOver() {
        return running.isEmpty();
    }

    /** Waits for the next one that arrives, so long at most. An interrupt ends all, and is kept. */
    Optional<Arrived> next(long nanos) {
        return Optional.ofNullable(taken(nanos)).map(Race::read);
    }

    /** Waits for the next one that arrives. An interrupt ends all, and is kept. */
    Arrived next() {
        return next(Long.MAX_VALUE).orElseThrow();
    }

    /** Ends who is still under way, and waits for the next of them. */
    Arrived stopped() {
        running.values().forEach(Thread::interrupt);
        return next();
    }

    private @Nullable Arrival taken(long nanos) {
        long left = nanos;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    Arrival arrival = arrived.poll(left, TimeUnit.NANOSECONDS);
                    if (arrival != null) {
                        running.remove(arrival.turn());
                    }
                    return arrival;
                } catch (InterruptedException gone) {
                    interrupted = true;
                    left = Long.MAX_VALUE;
                    running.values().forEach(Thread::interrupt);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Arrived read(Arrival arrival) {
        if (arrival.reply() == null) {
            throw new IllegalStateException("an attempt ended with a bug", arrival.bug());
        }
        return new Arrived(arrival.turn(), arrival.reply());
    }

    @Override
    public void close() {
        running.values().forEach(Thread::interrupt);
        while (!running.isEmpty()) {
            Arrival arrival = taken(Long.MAX_VALUE);
            if (arrival != null && arrival.reply() instanceof ModelReply.Streaming(var stream)) {
                stream.close();
            }
        }
    }
}
